// Which case is shown, and keeping everything on the page up to date, once a second while somebody looks.

import { current } from "./current.js";
import { clearDesks, showPayer, showProvider, showReview, showWithdrawal } from "./desks.js";
import { arrange, at, byIndex, clock, count, day, make, name, number, say, show, span } from "./dom.js";
import { ask, caseUrl, during, forgive, Refused, tell } from "./server.js";
import { behaviours, dueWords, nowWords, openStatuses, stateOf, toneOf, turnWords } from "./words.js";

const pollEvery = 1000;
const narrow = matchMedia("(max-width: 56rem)");
let templates = [];

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
  const id = current.id;
  const heard = await listen(id).catch(() => null);
  show(at("away"), heard === null);
  if (heard === null) return;
  if (heard.templates) showTemplates(heard.templates);
  showHeader(heard.list);
  showCases(heard.list.cases);
  if (id === current.id) showSelected(heard.details);
}

async function listen(id) {
  const [templatesIfNew, list, details] = await Promise.all([
    templates.length === 0 ? ask("/api/templates") : null,
    ask("/api/cases"),
    id ? ask(caseUrl(id)).catch(error => { if (error.status === 404) return null; throw error; }) : null,
  ]);
  return { templates: templatesIfNew, list, details };
}

async function keepLooking() {
  for (;;) {
    if (document.visibilityState === "visible") await current.refresh().catch(error => console.error(error));
    await new Promise(resolve => setTimeout(resolve, pollEvery));
  }
}

// --- header and list

function showHeader({ now, aheadHours, usage }) {
  current.time = new Date(now);
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
  button.setAttribute("aria-current", String(summary.id === current.id));
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
  if (id === current.id) return;
  const before = current.id;
  current.id = id;
  current.details = null;
  show(at("case"), false);
  show(at("nothing"), id === null);
  say(at("nothing-why"), "Choose a case, or open one. In this order it makes most sense:");
  document.body.dataset.view = id ? "case" : "list";
  for (const item of at("cases").children) item.firstElementChild.setAttribute("aria-current", String(item.dataset.key === id));
  if (narrow.matches) scrollTo(0, 0);
  if (!id && before) [...at("cases").children].find(item => item.dataset.key === before)?.firstElementChild.focus();
  current.refresh();
}

function showSelected(details) {
  show(at("case"), details !== null);
  show(at("nothing"), details === null);
  if (details === null) {
    if (!current.id) return;
    say(at("nothing-why"), `There is no case '${current.id}'. Choose another, or open one:`);
    document.body.dataset.view = "list";
    return;
  }
  const isOther = current.details?.summary.id !== details.summary.id;
  current.details = details;
  if (isOther) clearDesks();
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
  name(at("operations"), current.details.summary.endedAt ? "operations over" : "operations"); // what was given up stays open on the record
  arrange(at("operations"), operations, byIndex, () => make("li", "", make("span", "what", make("span", "name"), make("span", "kind")), make("span", "status"), make("span", "meta"), make("span", "error")), (node, operation) => {
    const isOpen = openStatuses.includes(operation.status);
    const [what, status, meta, error] = node.children;
    name(node, `d${Math.min(operation.depth, 9)}`);
    say(what.children[0], operation.name || operation.kind);
    say(what.children[1], operation.name ? operation.kind : "");
    name(status, `status ${operation.status.toLowerCase()}`);
    say(status, operation.status);
    const end = isOpen || !operation.endedAt ? current.time : new Date(operation.endedAt);
    const parts = operation.startedAt && !(isOpen && current.details.summary.endedAt) ? [`${isOpen ? "for " : ""}${span(end - new Date(operation.startedAt))}`] : [];
    if (operation.attempts > 1) parts.push(`${operation.attempts} attempts`);
    say(meta, parts.join(" · "));
    show(error, Boolean(operation.error));
    say(error, operation.error ?? "");
  });
}

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
      await current.refresh();
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
      await current.refresh();
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
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") current.refresh(); });

current.refresh = refresh;
showHelp();
followAddress();
keepLooking();
