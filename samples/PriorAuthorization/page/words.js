// What states, behaviours and times are called.

import { current } from "./current.js";
import { clock, day, span } from "./dom.js";

export const behaviours = [
  { value: "Accepts", short: "Approves", long: "Approves after a moment, and calls back." },
  { value: "Rejects", short: "Denies", long: "Denies after a moment, and calls back." },
  { value: "AsksForMore", short: "Asks for more", long: "Asks the provider for more information first, then approves." },
  { value: "LosesTheAnswer", short: "Loses its answer", long: "Takes the claim, but its answer is lost on the way: it is sent again, under the same key." },
  { value: "IsSlow", short: "Takes ten days", long: "Takes ten days and forgets to call back: we keep asking. Let time pass." },
];
const stateWords = { running: "In progress", "needs-info-expired": "No documents came", "failed-compensated": "Failed, undone" };
const stateTones = { running: "wait", approved: "good", denied: "bad", failed: "bad", "failed-compensated": "bad" };
export const turnWords = { physician: "Physician's turn", provider: "Provider's turn" };
export const ledgerWords = { Claim: "Claim received", Information: "More information received", Void: "Claim taken back" };
export const verdictWords = { Approved: "Approved", Denied: "Denied", MoreInformation: "Asks for more information" };
export const openStatuses = ["Started", "Pending", "Ready"];

export function dueWords(summary) {
  if (summary.endedAt) return `ended ${day(summary.endedAt)}, ${clock(summary.endedAt)}`;
  const left = new Date(summary.dueAt) - current.time;
  return left > 0 ? `due ${day(summary.dueAt)}, in ${span(left)}` : `was due ${day(summary.dueAt)}`;
}

/** What a case waits for, what is being done, or why it ended. */
export function nowWords({ state, waitsFor, asks, rationale }) {
  if (state !== "running") return rationale ?? "It is over.";
  const isWaiting = asks !== "nobody" || waitsFor === "the next step" || waitsFor.startsWith("an operator");
  return sentence(isWaiting ? `waits for ${waitsFor}` : waitsFor);
}

export const stateOf = summary => stateWords[summary.state] ?? summary.state[0].toUpperCase() + summary.state.slice(1);
export const toneOf = summary => stateTones[summary.state] ?? "calm";
export const sentence = text => text && text[0].toUpperCase() + text.slice(1).replace(/\.?$/, ".");
