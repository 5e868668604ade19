"use strict";
// All data reaches the page through textContent: nothing of a case is ever read as markup.
// The page is brought up to date in place once a second: what somebody types, where they are and how far they have scrolled stays.

const behaviours = [
  { value: "Accepts", short: "Approves", long: "Approves after a moment, and calls back." },
  { value: "Rejects", short: "Denies", long: "Denies after a moment, and calls back." },
  { value: "AsksForMore", short: "Asks for more", long: "Asks the provider for more information first, then approves." },
  { value: "LosesTheAnswer", short: "Loses its answer", long: "Takes the claim, but its answer is lost on the way: it is sent again, under the same key." },
  { value: "IsSlow", short: "Takes ten days", long: "Takes ten days and forgets to call back: we keep asking. Let time pass." },
];
const stateWords = { running: "In progress", "needs-info-expired": "No documents came", "failed-compensated": "Failed, undone" };
const stateTones = { running: "wait", approved: "good", denied: "bad", failed: "bad", "failed-compensated": "bad" };
const turnWords = { physician: "Physician's turn", provider: "Provider's turn" };
const ledgerWords = { Claim: "Claim received", Information: "More information received", Void: "Claim taken back" };
const verdictWords = { Approved: "Approved", Denied: "Denied", MoreInformation: "Asks for more information" };
const openStatuses = ["Started", "Pending", "Ready"];
const pollEvery = 1000;
const patience = 8000;

const at = id => document.getElementById(id);
const narrow = matchMedia("(max-width: 56rem)");
let templates = [];
let selected = null;  // the id of a case
let shown = null;     // the details on the page
let caseTime = new Date();

// What somebody has typed, by what it answers: it outlives a look at another case.
const drafts = new Map();

// --- small things

function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function show(node, isShown) {
  if (node.hidden === isShown) node.hidden = !isShown;
}

function name(node, className) {
  if (node.className !== className) node.className = className;
}

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/** Makes a list's children what the items say: nodes are kept by key and only moved when they must be. */
function arrange(list, items, keyOf, create, update) {
  const known = new Map([...list.children].map(node => [node.dataset.key, node]));
  items.forEach((item, index) => {
    const key = String(keyOf(item, index));
    let node = known.get(key);
    known.delete(key);
    if (!node) {
      node = create(item);
      node.dataset.key = key;
    }
    update(node, item, index);
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
  for (const gone of known.values()) gone.remove();
}

const byIndex = (_, index) => index;
const dayFormat = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const timeFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const numberFormat = new Intl.NumberFormat("en-GB");
const day = time => dayFormat.format(new Date(time));
const clock = time => timeFormat.format(new Date(time));
const number = value => numberFormat.format(value);
const count = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;

function span(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

function dueWords(summary) {
  if (summary.endedAt) return `ended ${day(summary.endedAt)}, ${clock(summary.endedAt)}`;
  const left = new Date(summary.dueAt) - caseTime;
  return left > 0 ? `due ${day(summary.dueAt)}, in ${span(left)}` : `was due ${day(summary.dueAt)}`;
}

/** What a case waits for, what is being done, or why it ended. */
function nowWords({ state, waitsFor, asks, rationale }) {
  if (state !== "running") return rationale ?? "It is over.";
  const isWaiting = asks !== "nobody" || waitsFor === "the next step" || waitsFor.startsWith("an operator");
  return sentence(isWaiting ? `waits for ${waitsFor}` : waitsFor);
}

const stateOf = summary => stateWords[summary.state] ?? summary.state[0].toUpperCase() + summary.state.slice(1);
const toneOf = summary => stateTones[summary.state] ?? "calm";
const sentence = text => text && text[0].toUpperCase() + text.slice(1).replace(/\.?$/, ".");

// --- the process behind the page

class Refused extends Error {
  constructor(status, answer) {
    super(answer.error ?? `The process answered ${status}.`);
    this.status = status;
    this.field = answer.field;
  }
}

/** Throws Refused for an answer that is none of success, and something else when no answer came. */
async function ask(path, body) {
  const options = body === undefined
    ? { cache: "no-store", signal: AbortSignal.timeout(patience) }
    : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, options);
  const answer = await response.json().catch(error => {
    if (response.ok) throw error;
    return {};
  });
  if (!response.ok) throw new Refused(response.status, answer ?? {});
  return answer;
}

const caseUrl = (id, what) => `/api/cases/${encodeURIComponent(id)}${what ? "/" + what : ""}`;

/** A problem is shown beside what it is about: a field when it names one, otherwise the form. */
function tell(error, fields, form) {
  const place = error instanceof Refused && fields[error.field];
  const problem = place ? at(place + "-problem") : form;
  if (place) {
    at(place).setAttribute("aria-invalid", "true");
    at(place).focus();
  }
  say(problem, error instanceof Refused
    ? sentence(place ? error.message.replace(error.field + " ", "This ") : error.message)
    : "No answer came. Whether it arrived shows here once the process is back.");
  show(problem, true);
}

function forgive(...ids) {
  for (const id of ids) {
    at(id)?.removeAttribute("aria-invalid");
    show(at(id + "-problem"), false);
  }
}

/** Keeps buttons from being pressed twice while something is under way. A button that is disabled loses the focus: it is given back. */
async function during(buttons, work) {
  const focused = document.activeElement;
  for (const button of buttons) button.disabled = true;
  try {
    return await work();
  } finally {
    for (const button of buttons) button.disabled = false;
    if (document.activeElement === document.body && [...buttons].includes(focused)) focused.focus();
  }
}

// --- looking again

let looking = null;
let lookAgain = false;

/** Looks now; a look that is under way already has begun too early to show what was just done. */
function refresh() {
  if (looking) {
    lookAgain = true;
    return looking;
  }
  looking = (async () => {
    do {
      lookAgain = false;
      await look();
    } while (lookAgain);
  })().finally(() => { looking = null; });
  return looking;
}

async function look() {
  const id = selected;
  try {
    if (templates.length === 0) showTemplates(await ask("/api/templates"));
    const [list, details] = await Promise.all([
      ask("/api/cases"),
      id ? ask(caseUrl(id)).catch(error => { if (error.status === 404) return null; throw error; }) : null,
    ]);
    show(at("away"), false);
    showHeader(list);
    showCases(list.cases);
    if (id === selected) showSelected(details);
  } catch (error) {
    if (error instanceof Refused || error instanceof TypeError || error.name === "TimeoutError" || error.name === "SyntaxError") show(at("away"), true);
    else throw error;
  }
}

async function keepLooking() {
  for (;;) {
    if (document.visibilityState === "visible") await refresh().catch(error => console.error(error));
    await new Promise(resolve => setTimeout(resolve, pollEvery));
  }
}

// --- header and list

function showHeader({ now, aheadHours, usage }) {
  caseTime = new Date(now);
  say(at("now"), `${day(now)}, ${clock(now)}`);
  at("now").dateTime = now;
  say(at("ahead"), aheadHours >= 1 ? `${span(aheadHours * 3600 * 1000)} ahead of the wall` : "as on the wall");
  say(at("total-calls"), count(usage.calls, "call", "calls"));
  say(at("total-tokens"), count(usage.tokens, "token", "tokens"));
  say(at("total-repeated"), usage.repeated ? `${number(usage.repeated)} repeated by crashes` : "none repeated by crashes");
}

function showTemplates(known) {
  templates = known;
  at("template").replaceChildren(...templates.map(template => new Option(template.title, template.id)));
  showHelp();
}

function showHelp() {
  say(at("template-about"), templates.find(template => template.id === at("template").value)?.about ?? "");
  say(at("behaviour-about"), behaviours.find(known => known.value === at("behaviour").value)?.long ?? "");
}

const lastTold = new Map();

/** Tells those who cannot see it what has changed: whose turn it is now, and what has ended. */
function announce(cases) {
  const news = [];
  for (const summary of cases) {
    const state = `${summary.state} ${summary.asks}`;
    const before = lastTold.get(summary.id);
    lastTold.set(summary.id, state);
    if (before === undefined || before === state) continue;
    if (summary.state !== "running") news.push(`${summary.title}: ${stateOf(summary)}.`);
    else if (turnWords[summary.asks]) news.push(`${summary.title} waits for ${summary.waitsFor}.`);
  }
  if (news.length > 0) say(at("news"), news.join(" "));
}

function showCases(cases) {
  announce(cases);
  show(at("list-empty"), cases.length === 0);
  say(at("list-count"), cases.length ? String(cases.length) : "");
  arrange(at("cases"), cases, summary => summary.id, createRow, updateRow);
}

function createRow(summary) {
  const button = make("button", "row",
    make("span", "line", make("span", "title"), make("span", "pill")),
    make("span", "turn"),
    make("span", "waits"),
    make("span", "meta"));
  button.type = "button";
  button.addEventListener("click", () => select(summary.id));
  return make("li", "", button);
}

function updateRow(item, summary) {
  const button = item.firstElementChild;
  const find = part => button.querySelector("." + part);
  const turn = turnWords[summary.asks] ?? "";
  name(button, turn ? "row asks" : "row");
  const current = String(summary.id === selected);
  if (button.getAttribute("aria-current") !== current) button.setAttribute("aria-current", current);
  say(find("title"), summary.title);
  const pill = find("pill");
  name(pill, `pill ${toneOf(summary)}`);
  say(pill, stateOf(summary));
  show(find("turn"), turn !== "");
  say(find("turn"), turn);
  say(find("waits"), nowWords(summary));
  say(find("meta"), `${summary.id} · ${summary.urgency === "Urgent" ? "urgent, " : ""}${dueWords(summary)}`);
}

at("cases").addEventListener("keydown", event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const rows = [...at("cases").querySelectorAll("button")];
  const next = rows[rows.indexOf(document.activeElement) + step];
  if (!step || !next) return;
  event.preventDefault();
  next.focus();
});

// --- which case

function select(id) {
  if (id) location.hash = id;
  else history.pushState(null, "", location.pathname);
  followAddress();
}

/** The address says which case is shown, so that reloading and going back do what they should. */
function followAddress() {
  const id = location.hash.slice(1) || null;
  if (id === selected) return;
  const before = selected;
  selected = id;
  shown = null;
  show(at("case"), false);
  show(at("nothing"), id === null);
  say(at("nothing-why"), "Choose a case, or open one. In this order it makes most sense:");
  document.body.dataset.view = id ? "case" : "list";
  for (const item of at("cases").children) item.firstElementChild.setAttribute("aria-current", String(item.dataset.key === id));
  if (narrow.matches) scrollTo(0, 0);
  if (!id && before) [...at("cases").children].find(item => item.dataset.key === before)?.firstElementChild.focus();
  refresh();
}

function showSelected(details) {
  show(at("case"), details !== null);
  show(at("nothing"), details === null);
  if (details === null) {
    if (!selected) return;
    say(at("nothing-why"), `There is no case '${selected}'. Choose another, or open one:`);
    document.body.dataset.view = "list";
    return;
  }
  const isOther = shown?.summary.id !== details.summary.id;
  shown = details;
  if (isOther) forgetProblems();
  showHead(details);
  showProvider(details);
  showReview(details, isOther);
  showStory(details);
  showPayer(details);
  showMessages(details);
  showUsage(details);
  showWithdrawal(details.summary);
  showOperations(details.operations);
  if (isOther && narrow.matches) at("case-title").focus({ preventScroll: true });
}

function forgetProblems() {
  forgive("letter", "physician", "note", "documents", "review", "payer", "withdraw");
  askWhetherSure(false);
}

// --- the selected case

function showHead({ summary, operations }) {
  say(at("case-title"), summary.title);
  name(at("case-state"), `pill ${toneOf(summary)}`);
  say(at("case-state"), stateOf(summary));
  say(at("case-meta"), [
    summary.id,
    summary.urgency === "Urgent" ? "urgent, 3 days" : "standard, 14 days",
    `opened ${day(summary.startedAt)}, ${clock(summary.startedAt)}`,
    dueWords(summary),
    ...(summary.payerReference ? [`claim ${summary.payerReference}`] : []),
  ].join(" · "));
  say(at("case-now"), nowWords(summary));
  showStages(summary, operations);
}

const stages = [
  { title: "Chart", begins: "intake" },
  { title: "Criteria", begins: "coverage" },
  { title: "Physician", begins: "physician-review" },
  { title: "Payer", begins: "claim" },
  { title: "Outcome", begins: null },
];

function showStages(summary, operations) {
  const names = new Set(operations.map(operation => operation.name));
  const isOver = summary.state !== "running";
  const reached = Math.max(0, stages.findLastIndex(stage => names.has(stage.begins)));
  arrange(at("stages"), stages, stage => stage.title, stage => make("li", "", make("span", "", stage.title), make("span", "unseen")), (node, stage, index) => {
    const isLast = index === stages.length - 1;
    const state = isOver && isLast ? toneOf(summary) : index < reached || (isOver && index === reached) ? "done" : index === reached ? "now" : "todo";
    name(node, state);
    say(node.lastElementChild, { done: ", done", now: ", now", todo: isOver ? ", not reached" : ", to come" }[state] ?? `, ${stateOf(summary)}`);
    if (state === "now") node.setAttribute("aria-current", "step");
    else node.removeAttribute("aria-current");
  });
}

function showStory({ story }) {
  arrange(at("story"), story, byIndex, () => make("li", "", make("span", "day"), make("time", ""), make("span", "text"), make("span", "unseen")), (node, line, index) => {
    const [label, time, text, tone] = node.children;
    name(node, line.tone);
    const isNewDay = index === 0 || day(line.at) !== day(story[index - 1].at);
    show(label, isNewDay);
    say(label, day(line.at));
    say(time, clock(line.at));
    say(text, line.text);
    say(tone, { waiting: " (going on)", bad: " (failed)" }[line.tone] ?? "");
  });
}

function showMessages({ messages }) {
  show(at("messages-empty"), messages.length === 0);
  say(at("messages-count"), messages.length ? String(messages.length) : "");
  arrange(at("messages"), messages, message => message.key, () => make("li", "", make("span", "text"), make("span", "meta")), (node, message) => {
    say(node.children[0], message.subject);
    say(node.children[1], `to ${message.to} · ${day(message.at)}, ${clock(message.at)}`);
  });
}

function showUsage({ usage }) {
  say(at("case-calls"), number(usage.calls));
  say(at("case-tokens"), number(usage.tokens));
  say(at("case-repeated"), number(usage.repeated));
}

function showOperations(operations) {
  say(at("operations-count"), String(operations.length));
  name(at("operations"), shown.summary.endedAt ? "operations over" : "operations"); // what was given up stays open on the record
  arrange(at("operations"), operations, byIndex, () => make("li", "", make("span", "what", make("span", "name"), make("span", "kind")), make("span", "status"), make("span", "meta"), make("span", "error")), (node, operation) => {
    const isOpen = openStatuses.includes(operation.status);
    const [what, status, meta, error] = node.children;
    name(node, `d${Math.min(operation.depth, 9)}`);
    say(what.children[0], operation.name || operation.kind);
    say(what.children[1], operation.name ? operation.kind : "");
    name(status, `status ${operation.status.toLowerCase()}`);
    say(status, operation.status);
    const end = isOpen || !operation.endedAt ? caseTime : new Date(operation.endedAt);
    const parts = operation.startedAt && !(isOpen && shown.summary.endedAt) ? [`${isOpen ? "for " : ""}${span(end - new Date(operation.startedAt))}`] : [];
    if (operation.attempts > 1) parts.push(`${operation.attempts} attempts`);
    say(meta, parts.join(" · "));
    show(error, Boolean(operation.error));
    say(error, operation.error ?? "");
  });
}

// --- the physician

let reviewed = null;

function showReview({ summary, review }, isOther) {
  show(at("review"), review !== null);
  if (review === null) {
    reviewed = null;
    return;
  }
  if (isOther || reviewed !== summary.id) {
    // Once: from here on the fields belong to whoever types in them.
    reviewed = summary.id;
    const draft = drafts.get(summary.id);
    at("letter").value = draft?.letter ?? review.letter;
    at("note").value = draft?.note ?? "";
    showLetterHelp();
  }

  arrange(at("flags"), review.flags, byIndex, () => make("li"), say);
  show(at("flags"), review.flags.length > 0);
  show(at("findings-part"), review.findings.length > 0);
  arrange(at("findings"), review.findings, byIndex, () => make("li", "", make("span", "mark"), make("span", "criterion"), make("q", ""), make("cite", "")), (node, finding) => {
    const [mark, criterion, quote, page] = node.children;
    name(node, finding.isMet ? "met" : "unmet");
    say(mark, finding.isMet ? "Met" : "Not met");
    say(criterion, finding.criterion);
    show(quote, Boolean(finding.evidence));
    say(quote, finding.evidence ?? "");
    say(page, finding.page ? pageWords(finding.page) : "No sentence of the chart proves it.");
  });

  const decision = review.decision;
  const wasTyping = !at("review-form").hidden && !review.isOpen && at("review-form").contains(document.activeElement);
  show(at("review-form"), review.isOpen);
  if (wasTyping) at("case-title").focus({ preventScroll: true });
  show(at("decision"), !review.isOpen);
  name(at("decision"), `verdict ${decision ? decision.approved ? "good" : "bad" : "calm"}`);
  say(at("decision"), decision === null
    ? "Nobody has decided; the letter is no longer asked for."
    : `${decision.approved ? "Signed" : "Refused"} by ${decision.physician}${decision.editedLetter ? ", who changed the letter" : ""}.${decision.note ? ` Note: ${decision.note}` : ""}`);
  const letter = decision?.editedLetter ?? review.letter;
  show(at("letter-shown"), !review.isOpen && letter !== "");
  say(at("letter-shown"), letter);
}

/** The address of a page, chart://whose/chart/number, in words. */
function pageWords(address) {
  const [whose, chart, number] = address.split("/").slice(2);
  return whose === "sample" ? `${chart}, page ${number}` : `sent by the provider, page ${number}`;
}

const isChanged = () => shown?.review && at("letter").value !== shown.review.letter;

function showLetterHelp() {
  say(at("letter-help"), isChanged()
    ? "Changed: your text goes out, not the draft."
    : at("letter").value === "" ? "No agent has drafted one: it is yours to write." : "Drafted by an agent. It goes out as it stands here.");
}

function keepDraft() {
  drafts.set(selected, { letter: at("letter").value, note: at("note").value });
}

at("letter").addEventListener("input", () => { keepDraft(); forgive("letter"); showLetterHelp(); });
at("note").addEventListener("input", () => { keepDraft(); forgive("note"); });
at("physician").addEventListener("input", () => forgive("physician"));
at("review-form").addEventListener("submit", event => event.preventDefault()); // Enter in a field signs nothing

async function decide(approved) {
  const id = selected;
  forgive("letter", "physician", "note", "review");
  const body = { approved, physician: at("physician").value.trim(), note: at("note").value.trim() || null, editedLetter: isChanged() ? at("letter").value : null };
  await during([at("sign"), at("refuse")], async () => {
    try {
      await ask(caseUrl(id, "decision"), body);
      drafts.delete(id);
      if (id === selected) at("case-title").focus(); // the form goes; what happens now is told up there
    } catch (error) {
      if (id === selected) tell(error, { physician: "physician", note: "note", editedLetter: "letter" }, at("review-problem"));
    }
    await refresh();
  });
}

at("sign").addEventListener("click", () => decide(true));
at("refuse").addEventListener("click", () => decide(false));

// --- the provider

let asked = null;

function showProvider({ summary, question }) {
  const isAsked = summary.asks === "provider" && question !== null;
  show(at("provider"), isAsked);
  if (!isAsked) {
    asked = null;
    return;
  }
  const key = `${summary.id} ${question.name}`;
  if (asked !== key) {
    asked = key;
    at("documents").value = drafts.get(key) ?? question.example;
  }
  say(at("provider-why"), question.isForPayer
    ? "The payer wants to know more before it decides."
    : question.missing.length > 0 ? `The chart mentions what is not in it: ${question.missing.join(", ")}.` : "Under the address that was given there is no chart.");
}

at("documents").addEventListener("input", () => { drafts.set(asked, at("documents").value); forgive("documents"); });
at("provider-form").addEventListener("submit", event => {
  event.preventDefault();
  const [id, key] = [selected, asked];
  forgive("documents");
  during([at("send-documents")], async () => {
    try {
      await ask(caseUrl(id, "documents"), { text: at("documents").value });
      drafts.delete(key);
      if (id === selected) at("case-title").focus();
    } catch (error) {
      if (id === selected) tell(error, { text: "documents" }, at("documents-problem"));
    }
    await refresh();
  });
});

// --- the payer

function createBehaviour(behaviour) {
  const button = make("button", "plain", behaviour.short);
  button.type = "button";
  button.title = behaviour.long;
  button.addEventListener("click", () => {
    const id = selected;
    forgive("payer");
    during([...at("behaviours").children], async () => {
      try {
        await ask(caseUrl(id, "payer"), { behaviour: behaviour.value });
      } catch (error) {
        tell(error, {}, at("payer-problem"));
      }
      await refresh();
    });
  });
  return button;
}

function showPayer({ summary, ledger }) {
  arrange(at("behaviours"), behaviours, behaviour => behaviour.value, createBehaviour, (node, behaviour) => node.setAttribute("aria-pressed", String(behaviour.value === summary.behaviour)));
  say(at("payer-about"), behaviours.find(behaviour => behaviour.value === summary.behaviour)?.long ?? "");
  const claims = ledger.filter(entry => entry.kind === "Claim").length;
  say(at("claims"), claims ? count(claims, "claim", "claims") : "");
  show(at("ledger-empty"), ledger.length === 0);
  arrange(at("ledger"), ledger, entry => `${entry.kind} ${entry.key}`, () => make("li", "", make("span", "text"), make("span", "meta")), (node, entry) => {
    name(node, entry.kind === "Decision" ? entry.verdict.toLowerCase() : entry.kind.toLowerCase());
    say(node.children[0], ledgerWords[entry.kind] ?? `Decided: ${verdictWords[entry.verdict] ?? entry.verdict}`);
    say(node.children[1], `${entry.reference} · ${day(entry.at)}, ${clock(entry.at)}`);
  });
}

// --- withdrawing

function showWithdrawal(summary) {
  show(at("withdraw-part"), summary.state === "running");
}

function askWhetherSure(isAsked) {
  show(at("withdraw-sure"), isAsked);
  show(at("withdraw-ask"), !isAsked);
}

at("withdraw").addEventListener("click", () => { forgive("withdraw"); askWhetherSure(true); at("withdraw-no").focus(); });
at("withdraw-no").addEventListener("click", () => { askWhetherSure(false); at("withdraw").focus(); });
at("withdraw-sure").addEventListener("keydown", event => { if (event.key === "Escape") at("withdraw-no").click(); });
at("withdraw-yes").addEventListener("click", () => {
  const id = selected;
  during([at("withdraw-yes"), at("withdraw-no")], async () => {
    try {
      await ask(caseUrl(id, "withdraw"), {});
    } catch (error) {
      tell(error, {}, at("withdraw-problem"));
    }
    askWhetherSure(false);
    at("case-title").focus();
    await refresh();
  });
});

// --- opening a case, and letting time pass

at("behaviour").append(...behaviours.map(behaviour => new Option(behaviour.short, behaviour.value)));
at("template").addEventListener("change", showHelp);
at("behaviour").addEventListener("change", showHelp);
at("new-case").addEventListener("submit", event => {
  event.preventDefault();
  forgive("new");
  const order = { template: at("template").value, urgency: new FormData(at("new-case")).get("urgency"), behaviour: at("behaviour").value };
  during([at("open")], async () => {
    try {
      select((await ask("/api/cases", order)).id);
      await refresh();
    } catch (error) {
      tell(error, {}, at("new-problem"));
    }
  });
});

for (const button of document.querySelectorAll("[data-hours]")) {
  button.addEventListener("click", () => {
    say(at("passing"), "time passes …");
    during(document.querySelectorAll("[data-hours]"), async () => {
      try {
        await ask("/api/clock", { hours: Number(button.dataset.hours) });
        say(at("passing"), "");
      } catch (error) {
        say(at("passing"), error instanceof Refused ? error.message : "no answer came");
      }
      await refresh();
    });
  });
}

at("back").addEventListener("click", () => select(null));
at("skip").addEventListener("click", event => {
  event.preventDefault();
  (at("case").hidden ? at("template") : at("case-title")).focus();
});
addEventListener("hashchange", followAddress);
addEventListener("popstate", followAddress);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") refresh(); });

showHelp();
followAddress();
keepLooking();
