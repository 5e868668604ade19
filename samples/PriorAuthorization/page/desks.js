// Where people answer: the physician, the provider, the payer, and whoever withdraws a case.
// A form is filled in once; from then on its fields belong to whoever types in them.

import { current } from "./current.js";
import { arrange, at, byIndex, clock, count, day, make, name, say, show } from "./dom.js";
import { ask, caseUrl, during, forgive, tell } from "./server.js";
import { behaviours, ledgerWords, verdictWords } from "./words.js";

/** What somebody has typed, by what it answers: it outlives a look at another case. */
const drafts = new Map();

/** Another case is shown: what was said about the one before does not hold. */
export function clearDesks() {
  forgive("letter", "physician", "note", "documents", "review", "payer", "withdraw");
  askWhetherSure(false);
}

// --- the physician

let reviewed = null;

export function showReview({ summary, review }, isOther) {
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

const isChanged = () => current.details?.review && at("letter").value !== current.details.review.letter;

function showLetterHelp() {
  const isDrafted = current.details?.review && current.details.review.letter.trim() !== "";
  say(at("letter-help"), at("letter").value.trim() === ""
    ? isDrafted ? "Empty: without a text it cannot be signed." : "No agent has drafted one: it is yours to write."
    : isChanged() ? "Changed: your text goes out, not the draft." : "Drafted by an agent. It goes out as it stands here.");
}

function keepDraft() {
  drafts.set(current.id, { letter: at("letter").value, note: at("note").value });
}

at("letter").addEventListener("input", () => { keepDraft(); forgive("letter"); showLetterHelp(); });
at("note").addEventListener("input", () => { keepDraft(); forgive("note"); });
at("physician").addEventListener("input", () => forgive("physician"));
at("review-form").addEventListener("submit", event => event.preventDefault()); // Enter in a field signs nothing

async function decide(approved) {
  const id = current.id;
  forgive("letter", "physician", "note", "review");
  const body = { approved, physician: at("physician").value.trim(), note: at("note").value.trim() || null, editedLetter: isChanged() ? at("letter").value : null };
  await during([at("sign"), at("refuse")], async () => {
    try {
      await ask(caseUrl(id, "decision"), body);
      drafts.delete(id);
      if (id === current.id) at("case-title").focus(); // the form goes; what happens now is told up there
    } catch (error) {
      if (id === current.id) tell(error, { physician: "physician", note: "note", editedLetter: "letter" }, at("review-problem"));
    }
    await current.refresh();
  });
}

at("sign").addEventListener("click", () => decide(true));
at("refuse").addEventListener("click", () => decide(false));

// --- the provider

let asked = null;

export function showProvider({ summary, question }) {
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
  const [id, key] = [current.id, asked];
  forgive("documents");
  during([at("send-documents")], async () => {
    try {
      await ask(caseUrl(id, "documents"), { text: at("documents").value });
      drafts.delete(key);
      if (id === current.id) at("case-title").focus();
    } catch (error) {
      if (id === current.id) tell(error, { text: "documents" }, at("documents-problem"));
    }
    await current.refresh();
  });
});

// --- the payer

function createBehaviour(behaviour) {
  const button = make("button", "plain", behaviour.short);
  button.type = "button";
  button.title = behaviour.long;
  button.addEventListener("click", () => {
    const id = current.id;
    forgive("payer");
    during([...at("behaviours").children], async () => {
      try {
        await ask(caseUrl(id, "payer"), { behaviour: behaviour.value });
      } catch (error) {
        tell(error, {}, at("payer-problem"));
      }
      await current.refresh();
    });
  });
  return button;
}

export function showPayer({ summary, ledger }) {
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

export function showWithdrawal(summary) {
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
  const id = current.id;
  during([at("withdraw-yes"), at("withdraw-no")], async () => {
    try {
      await ask(caseUrl(id, "withdraw"), {});
    } catch (error) {
      tell(error, {}, at("withdraw-problem"));
    }
    askWhetherSure(false);
    at("case-title").focus();
    await current.refresh();
  });
});
