import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { useSample, Visit } from "./support.mjs";

describe("Time that passes", { timeout: 200_000 }, () => {
  const place = useSample();
  let desk;

  afterEach(() => desk.end());

  /** Presses the button, and waits until it can be pressed again. */
  async function letADayPass() {
    const button = desk.page.getByRole("button", { name: "+1 day" });
    await button.click();
    await desk.page.waitForFunction(() => !document.querySelector("[data-hours='24']").disabled);
  }

  it("A case that nobody decides expires at its deadline, after reminders", async () => {
    desk = await Visit.begin(place.browser, place.sample);
    await desk.open("mri", { isUrgent: true });
    await desk.shows("case-meta", "urgent, 3 days");
    await desk.at("sign").waitFor();
    const pressed = desk.page.getByRole("button", { name: "+1 day" }).click();
    await desk.shows("passing", "time passes");
    assert.equal(await desk.page.getByRole("button", { name: "+1 hour" }).isDisabled(), true);
    await pressed;
    await desk.shows("messages", "Reminder 1: A letter waits for your signature");
    await desk.page.waitForFunction(() => document.getElementById("passing").textContent === "");
    for (let days = 1; days < 4 && await desk.at("case-state").innerText() === "In progress"; days++) await letADayPass();
    await desk.ends("Expired");
    await desk.shows("case-now", "The deadline passed before the case was decided.");
    await desk.showsNot("review-form");
    await desk.picture("expired");
  });

  it("A slow payer is asked until it has decided", async () => {
    desk = await Visit.begin(place.browser, place.sample);
    await desk.open("mri", { behaviour: "IsSlow" });
    await desk.sign();
    await desk.shows("case-now", "Waits for the payer's decision.");
    for (let days = 0; days < 12 && await desk.at("case-state").innerText() === "In progress"; days++) await letADayPass();
    await desk.ends("Approved");
    await desk.shows("ahead", "ahead of the wall");
    assert.equal(await desk.at("claims").innerText(), "1 claim");
  });
});
