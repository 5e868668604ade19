// What every test needs: the sample as a process of its own on a free port with a fresh folder, a browser, and a page that is watched.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { after, before } from "node:test";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const sample = join(root, "samples/PriorAuthorization/bin/Debug/net10.0/PriorAuthorization.dll");
const pictures = join(root, "artifacts/screenshots");

/** Bounds every wait: long enough for a slow machine that does something else too. */
export const patience = 30_000;

// Whatever happens to a test, no process outlives it.
const processes = new Set();
process.on("exit", () => processes.forEach(child => child.kill("SIGKILL")));

export class Sample {
  #child = null;

  static async start() {
    const started = new Sample();
    started.data = mkdtempSync(join(tmpdir(), "prior-authorization-"));
    started.url = `http://127.0.0.1:${await freePort()}`;
    await started.run();
    return started;
  }

  /** Runs it; a second time after it was killed, on the same folder and port. */
  async run() {
    assert.ok(existsSync(sample), "The sample is not built: dotnet build samples/PriorAuthorization");
    const { MODEL_ENDPOINT, ...environment } = process.env;
    const child = spawn("dotnet", [sample, "--data", this.data, "--urls", this.url], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    processes.add(child);
    let said = "";
    child.stderr.on("data", text => { said += text; });
    await new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => reject(new Error(`The sample did not start in time. ${said}`)), patience);
      child.once("exit", code => reject(new Error(`The sample ended with ${code}. ${said}`)));
      child.stdout.on("data", text => {
        said += text;
        if (!said.includes("Open ")) return;
        clearTimeout(giveUp);
        resolve();
      });
    });
  }

  async kill() {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    processes.delete(child);
  }

  async stop() {
    await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Opens a case without a page. */
  async openCase(template, behaviour = "Accepts", urgency = "Standard") {
    const response = await fetch(`${this.url}/api/cases`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ template, behaviour, urgency }),
    });
    assert.equal(response.status, 200);
    return (await response.json()).id;
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function findChromium() {
  const named = ["chromium", "chromium-browser", "google-chrome"];
  const places = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)].filter(Boolean);
  const found = places.flatMap(place => named.map(name => join(place, name))).find(path => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  assert.ok(found, "There is no chromium on the PATH.");
  return found;
}

/** A browser with a profile of its own that is gone with it. */
export const startBrowser = () => chromium.launch({
  executablePath: findChromium(),
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  timeout: patience,
});

/** The page, watched: an error on its console that was not announced, or a request to anybody else, fails the test. */
export class Visit {
  #expected = [];
  #wrong = [];

  static async begin(browser, sample, options = {}) {
    const visit = new Visit();
    visit.sample = sample;
    visit.context = await browser.newContext({ viewport: { width: 1360, height: 900 }, locale: "en-GB", ...options });
    visit.page = await visit.context.newPage();
    visit.page.setDefaultTimeout(patience);
    visit.#watch();
    await visit.page.goto(sample.url);
    await visit.page.locator("#template option").first().waitFor({ state: "attached" });
    return visit;
  }

  #watch() {
    this.page.on("pageerror", error => this.#wrong.push(`an exception: ${error}`));
    this.page.on("console", message => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      if (!this.#expected.some(pattern => pattern.test(message.text()))) this.#wrong.push(`on the console: ${message.text()}`);
    });
    this.page.on("request", request => {
      if (new URL(request.url()).origin !== this.sample.url) this.#wrong.push(`a request to ${request.url()}`);
    });
  }

  /** Announces what the browser itself writes to the console about an answer that is an error. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  async end() {
    await this.context.close();
    assert.deepEqual(this.#wrong, []);
  }

  at(id) {
    return this.page.locator("#" + id);
  }

  /** Waits until something on the page shows the text. */
  async shows(id, text) {
    await this.at(id).filter({ hasText: text, visible: true }).waitFor();
  }

  async showsNot(id) {
    await this.at(id).waitFor({ state: "hidden" });
  }

  /** Opens a case with the form; its id is returned. */
  async open(template, { behaviour = "Accepts", isUrgent = false } = {}) {
    await this.at("template").selectOption(template);
    await this.at("behaviour").selectOption(behaviour);
    if (isUrgent) await this.page.getByText("Urgent", { exact: false }).first().click();
    await this.at("open").click();
    await this.at("case-title").waitFor();
    await this.page.waitForFunction(() => location.hash.startsWith("#case-"));
    return this.id();
  }

  id() {
    return new URL(this.page.url()).hash.slice(1);
  }

  async choose(id) {
    await this.page.locator(`#cases [data-key="${id}"] button`).click();
    await this.at("case-meta").filter({ hasText: id }).waitFor();
  }

  async sign(physician = "Dr Amara Osei") {
    await this.at("sign").waitFor();
    await this.at("physician").fill(physician);
    await this.at("sign").click();
  }

  /** Waits until the case is over in this way. */
  async ends(state) {
    await this.shows("case-state", state);
  }

  texts(list) {
    return this.page.locator(`#${list} > li`).allInnerTexts();
  }

  /** Waits until the page has been brought up to date so many times more. */
  async updates(times) {
    for (let seen = 0; seen < times; seen++) await this.page.waitForResponse(response => response.url().endsWith("/api/cases"));
  }

  async picture(name) {
    mkdirSync(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }
}

/** A sample and a browser for the tests of a group: there before the first, gone after the last. */
export function useSample() {
  const place = {};
  before(async () => {
    [place.sample, place.browser] = await Promise.all([Sample.start(), startBrowser()]);
  });
  after(async () => {
    await place.browser?.close();
    await place.sample?.stop();
  });
  return place;
}
