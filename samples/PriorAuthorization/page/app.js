"use strict";
// All text reaches the page through textContent: nothing of a case is ever read as markup.
const at = id => document.getElementById(id);
let selected = null;

async function call(path, body) {
  const response = await fetch(path, body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).error ?? response.statusText);
  return response.json();
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function row(left, tag, className) {
  const made = element("div", "row");
  made.append(element("span", "", left), element("span", `tag ${className}`, tag));
  return made;
}

function showCases({ cases, modelCalls }) {
  at("empty").hidden = cases.length > 0;
  at("calls").textContent = `${modelCalls} model calls by this process; a recorded answer is never asked for again.`;
  at("cases").replaceChildren(...cases.map(item => {
    const line = element("li");
    line.tabIndex = 0;
    line.dataset.id = item.id;
    line.setAttribute("aria-current", String(item.id === selected));
    line.append(row(item.procedure, item.state, item.state), element("div", "quiet", item.waitsFor ? `${item.id} · waits for ${item.waitsFor}` : `${item.id} · ${item.payerReference ?? "no claim"}`));
    line.onclick = () => { selected = item.id; refresh(); };
    line.onkeydown = event => { if (event.key === "Enter") line.onclick(); };
    return line;
  }));
}

function showCase({ summary, letter, operations }) {
  at("case").hidden = false;
  at("case-title").textContent = summary.procedure;
  at("case-state").textContent = summary.waitsFor ? `${summary.id} waits for ${summary.waitsFor}.` : `${summary.id} is ${summary.state}. ${summary.rationale ?? ""}`;
  at("review").hidden = !letter;
  at("letter").textContent = letter ?? "";
  at("sign").hidden = !summary.needsSignature;
  at("operations").replaceChildren(...operations.map(operation => {
    const line = element("li", operation.isInner ? "inner" : "");
    const time = new Date(operation.startedAt).toLocaleTimeString();
    const attempts = operation.attempts > 1 ? ` · ${operation.attempts} attempts` : "";
    line.append(row(operation.name, operation.status, operation.status), element("div", "quiet", `${operation.kind} · ${time}${attempts}${operation.error ? " · " + operation.error : ""}`));
    return line;
  }));
}

async function refresh() {
  try {
    const list = await call("/api/cases");
    selected ??= list.cases[0]?.id ?? null;
    showCases(list);
    if (selected) showCase(await call(`/api/cases/${encodeURIComponent(selected)}`));
    at("offline").hidden = true;
  } catch {
    at("offline").hidden = false;
  }
}

async function decide(approved) {
  await call(`/api/cases/${encodeURIComponent(selected)}/decision`, { approved, note: at("note").value || null }).catch(error => alert(error.message));
  at("note").value = "";
  refresh();
}

at("new").onclick = async () => { selected = (await call("/api/cases", { scenario: at("scenario").value })).id; refresh(); };
at("approve").onclick = () => decide(true);
at("reject").onclick = () => decide(false);
refresh();
setInterval(refresh, 1000);
