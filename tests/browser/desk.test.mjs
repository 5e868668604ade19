import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useSample, Visit } from "./support.mjs";

// Most of the time is waiting for agents and payers: several cases go on at once, as they do for people.
describe("Cases at the desk", { timeout: 200_000, concurrency: 5 }, () => {
  const place = useSample();

  async function visit(test, options) {
    const begun = await Visit.begin(place.browser, place.sample, options);
    test.after(() => begun.end());
    return begun;
  }

  it("A case that is opened goes to the physician without a reload", async test => {
    const desk = await visit(test);
    await desk.page.evaluate(() => {
      // What is told to those who do not see it; other cases have news too.
      window.isTheSamePage = true;
      window.told = [];
      const news = document.getElementById("news");
      new MutationObserver(() => window.told.push(news.textContent)).observe(news, { childList: true });
    });
    await desk.open("glucose");
    await desk.shows("case-now", "Waits for the physician's signature.");
    await desk.shows("flags", "A second model does not agree with the findings.");
    assert.equal(await desk.page.evaluate(() => window.isTheSamePage), true);
    assert.match(await desk.page.evaluate(() => window.told.join("\n")), /Continuous glucose monitor waits for the physician's signature\./);
    assert.match((await desk.texts("findings")).join("\n"), /Not met\s+Training completed with a diabetes educator/);
    assert.match(await desk.at("cases").locator("[aria-current=true]").innerText(), /Physician's turn/);
    await desk.picture("physician");
  });

  it("A letter that is signed goes to the payer, and is to be read afterwards", async test => {
    const desk = await visit(test);
    await desk.open("mri");
    await desk.sign();
    await desk.ends("Approved");
    await desk.shows("decision", "Signed by Dr Amara Osei.");
    await desk.shows("letter-shown", "we request authorization of procedure 72148");
    await desk.shows("ledger", "Decided: Approved");
    await desk.showsNot("review-form");
    await desk.showsNot("withdraw-part");
    assert.equal(await desk.page.evaluate(() => document.activeElement.id), "case-title");
    await desk.picture("approved");
  });

  it("A letter that was changed goes out as it was changed", async test => {
    const desk = await visit(test);
    await desk.open("mri");
    await desk.at("letter").fill("To the medical director,\n\nplease see the attached images.");
    await desk.shows("letter-help", "Changed");
    await desk.sign();
    await desk.shows("decision", "Signed by Dr Amara Osei, who changed the letter.");
    await desk.shows("letter-shown", "please see the attached images.");
    await desk.ends("Approved");
  });

  it("A letter that no agent could draft is the physician's to write", async test => {
    const desk = await visit(test);
    desk.expect(/400/);
    await desk.open("sleep");
    await desk.sign();
    await desk.shows("letter-problem", "no agent has drafted a letter");
    await desk.at("letter").fill("Daytime sleepiness and witnessed pauses: we ask for a sleep study.");
    await desk.at("sign").click();
    await desk.ends("Approved");
  });

  it("A letter that was emptied is not signed", async test => {
    const desk = await visit(test);
    desk.expect(/400/);
    await desk.open("mri");
    await desk.at("letter").fill("");
    await desk.shows("letter-help", "Empty");
    await desk.sign();
    await desk.shows("letter-problem", "is empty");
    await desk.at("letter").fill("Please see the attached images.");
    await desk.showsNot("letter-problem");
    await desk.at("sign").click();
    await desk.shows("letter-shown", "Please see the attached images.");
  });

  it("Whoever decides gives a name, and whoever refuses a reason", async test => {
    const desk = await visit(test);
    desk.expect(/400/);
    await desk.open("mri");
    await desk.at("sign").click();
    await desk.shows("physician-problem", "whoever decides gives their name");
    assert.equal(await desk.at("physician").getAttribute("aria-invalid"), "true");
    await desk.at("physician").fill("Dr Lena Brandt");
    await desk.showsNot("physician-problem");
    await desk.at("refuse").click();
    await desk.shows("note-problem", "a refusal gives its reason");
    await desk.at("note").fill("Physiotherapy first.");
    await desk.at("refuse").click();
    await desk.ends("Withdrawn");
    await desk.shows("decision", "Refused by Dr Lena Brandt. Note: Physiotherapy first.");
    await desk.shows("ledger-empty", "Nothing has reached the payer.");
    await desk.picture("withdrawn");
  });

  it("Of two answers the first counts, and the second is told whose it was", async test => {
    const [first, second] = [await visit(test), await visit(test)];
    const id = await first.open("mri");
    await second.choose(id);
    await Promise.all([first.at("sign").waitFor(), second.at("sign").waitFor()]);

    // The second page does not learn of the first answer before it gives its own.
    let letGo;
    const held = new Promise(resolve => { letGo = resolve; });
    await second.page.route("**/api/cases", async route => {
      if (route.request().method() === "GET") await held;
      await route.continue();
    });
    await second.at("physician").fill("Dr Noor Haddad");
    await second.at("note").fill("Looks fine to me.");
    await first.sign("Dr Amara Osei");
    await first.shows("decision", "Signed by Dr Amara Osei.");

    second.expect(/409/);
    await second.at("sign").click();
    await second.shows("review-problem", "Dr Amara Osei has answered before: signed. Nothing was changed.");
    letGo();
    await second.shows("decision", "Signed by Dr Amara Osei.");
    await second.shows("review-problem", "Nothing was changed.");
  });

  it("The provider sends what the chart misses, and the case goes on", async test => {
    const desk = await visit(test);
    await desk.open("knee");
    await desk.shows("provider-why", "physiotherapy report");
    assert.match(await desk.at("documents").inputValue(), /^Physiotherapy report: twelve/);
    await desk.picture("provider");
    await desk.at("send-documents").click();
    await desk.at("sign").waitFor();
    await desk.showsNot("provider");
    assert.match((await desk.texts("findings")).join("\n"), /sent by the provider, page 1/);
    await desk.sign();
    await desk.ends("Approved");
  });

  it("A chart that is not found is asked for", async test => {
    const desk = await visit(test);
    await desk.open("lost");
    await desk.shows("provider-why", "Under the address that was given there is no chart.");
    await desk.at("send-documents").click();
    await desk.at("sign").waitFor();
    assert.equal((await desk.texts("findings")).filter(finding => finding.startsWith("Met")).length, 3);
    await desk.at("withdraw").click();
    await desk.at("withdraw-yes").click();
    await desk.ends("Withdrawn");
    await desk.shows("decision", "Nobody has decided");
  });

  it("When the payer's answer is lost the claim is sent again, and the payer has it once", async test => {
    const desk = await visit(test);
    await desk.open("mri", { behaviour: "LosesTheAnswer" });
    await desk.sign();
    await desk.ends("Approved");
    await desk.shows("story", "The payer has the claim. It took 2 attempts.");
    assert.equal(await desk.at("claims").innerText(), "1 claim");
    await desk.at("timeline").locator("summary").click();
    await desk.at("operations").getByText("2 attempts").waitFor();
  });

  it("A payer that asks for more is sent more, and decides", async test => {
    const desk = await visit(test);
    await desk.open("mri", { behaviour: "AsksForMore" });
    await desk.sign();
    await desk.shows("provider-why", "The payer wants to know more");
    await desk.picture("needs-info");
    await desk.at("documents").fill("Pain unchanged after sixteen weeks");
    await desk.at("send-documents").click();
    await desk.ends("Approved");
    await desk.shows("ledger", "More information received");
    assert.equal(await desk.at("claims").innerText(), "1 claim");
  });

  it("The payer changes its mind while it is still asked to decide", async test => {
    const desk = await visit(test);
    await desk.open("mri");
    const denies = desk.at("behaviours").getByRole("button", { name: "Denies" });
    await denies.click();
    await desk.page.waitForFunction(() => document.querySelector("#behaviours [data-key=Rejects]").getAttribute("aria-pressed") === "true");
    await desk.sign();
    await desk.ends("Denied");
    await desk.shows("case-now", "The payer denied the request.");
    assert.equal(await desk.at("case-title").evaluate(title => title.getBoundingClientRect().top >= 0), true);
    await desk.picture("denied");
  });

  it("A case that is withdrawn takes the claim back from the payer", async test => {
    const desk = await visit(test);
    await desk.open("mri", { behaviour: "IsSlow" });
    await desk.sign();
    await desk.shows("case-now", "Waits for the payer's decision.");
    await desk.picture("payer");
    await desk.at("withdraw").click();
    await desk.at("withdraw-no").click();
    await desk.showsNot("withdraw-sure");
    await desk.at("withdraw").click();
    await desk.page.keyboard.press("Escape");
    await desk.showsNot("withdraw-sure");
    await desk.at("withdraw").click();
    await desk.at("withdraw-yes").click();
    await desk.ends("Withdrawn");
    await desk.shows("ledger", "Claim taken back");
    assert.equal(await desk.at("claims").innerText(), "1 claim");
  });

  it("What somebody types, and where they are, stays while the page is brought up to date", async test => {
    const desk = await visit(test, { viewport: { width: 1360, height: 500 } });
    const id = await desk.open("glucose");
    await desk.at("letter").fill("My own words");
    await desk.at("note").fill("half a no");
    await desk.at("letter").focus();
    await desk.page.evaluate(() => document.getElementById("letter").setSelectionRange(3, 6));
    const where = () => desk.page.evaluate(() => {
      const letter = document.getElementById("letter");
      return { focused: document.activeElement.id, from: letter.selectionStart, to: letter.selectionEnd, top: letter.getBoundingClientRect().top };
    });
    const before = await where();
    const other = await place.sample.openCase("lapsed");
    await desk.page.locator(`#cases [data-key="${other}"]`).filter({ hasText: "Denied" }).waitFor();
    await desk.updates(2);
    assert.deepEqual(await where(), before);
    assert.equal(before.focused, "letter");
    assert.equal(await desk.at("letter").inputValue(), "My own words");

    // Nor is it lost by a look at another case.
    await desk.choose(other);
    await desk.choose(id);
    await desk.at("sign").waitFor();
    assert.equal(await desk.at("letter").inputValue(), "My own words");
    assert.equal(await desk.at("note").inputValue(), "half a no");
  });

  it("Cases are chosen with the keyboard, and the address remembers which", async test => {
    const desk = await visit(test);
    const row = id => desk.page.locator(`#cases [data-key="${id}"] button`);
    const above = await place.sample.openCase("lapsed");
    await row(above).focus();
    await desk.page.keyboard.press("ArrowDown");
    const below = await desk.page.evaluate(() => document.activeElement.closest("li").dataset.key);
    assert.notEqual(below, above);
    await desk.page.keyboard.press("Enter");
    await desk.shows("case-meta", below);
    await desk.page.reload();
    await desk.shows("case-meta", below);
    await desk.page.keyboard.press("Tab");
    assert.equal(await desk.page.evaluate(() => document.activeElement.id), "skip");
    await desk.page.keyboard.press("Enter");
    assert.equal(await desk.page.evaluate(() => document.activeElement.id), "case-title");
    await desk.page.goBack();
    await desk.shows("nothing", "Nothing is selected");
  });

  it("What a person writes is shown as it is, never as markup", async test => {
    const desk = await visit(test);
    const markup = "<img src=x onerror=document.title='gone'>";
    await desk.open("mri");
    await desk.at("letter").fill(`Dear ${markup}`);
    await desk.sign(markup);
    await desk.shows("decision", `Signed by ${markup}`);
    await desk.shows("letter-shown", `Dear ${markup}`);
    assert.equal(await desk.page.locator("main img").count(), 0);
    assert.match(await desk.page.title(), /^Prior authorization/);
  });
});
