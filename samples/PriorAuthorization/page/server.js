// The process behind the page: what it is asked, and what is shown when it refuses or is away.

import { at, say, show } from "./dom.js";
import { sentence } from "./words.js";

const patience = 8000;

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.error ?? `The process answered ${status}.`);
    this.status = status;
    this.field = answer.field;
  }
}

/** Throws Refused for an answer that is none of success, and something else when no answer came. */
export async function ask(path, body) {
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

export const caseUrl = (id, what) => `/api/cases/${encodeURIComponent(id)}${what ? "/" + what : ""}`;

/** A problem is shown beside what it is about: a field when it names one, otherwise the form. */
export function tell(error, fields, form) {
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

export function forgive(...ids) {
  for (const id of ids) {
    at(id)?.removeAttribute("aria-invalid");
    show(at(id + "-problem"), false);
  }
}

/** Keeps buttons from being pressed twice while something is under way. A button that is disabled loses the focus: it is given back. */
export async function during(buttons, work) {
  const focused = document.activeElement;
  for (const button of buttons) button.disabled = true;
  try {
    return await work();
  } finally {
    for (const button of buttons) button.disabled = false;
    if (document.activeElement === document.body && [...buttons].includes(focused)) focused.focus();
  }
}
