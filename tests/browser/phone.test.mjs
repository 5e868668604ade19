import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { useSample, Visit } from "./support.mjs";

describe("On a phone", { timeout: 200_000 }, () => {
  const place = useSample();
  let desk;

  afterEach(() => desk.end());

  /** Controls that a finger cannot get at: outside the width, too small, or below something else. */
  const unreachable = () => desk.page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const problems = document.documentElement.scrollWidth > width ? [`the page is ${document.documentElement.scrollWidth} wide, the screen ${width}`] : [];
    const controls = [...document.querySelectorAll("button, select, input, textarea, summary")].filter(control => control.checkVisibility());
    for (const control of controls) {
      const pressed = control.type === "radio" ? control.parentElement : control;
      pressed.scrollIntoView({ block: "center", behavior: "instant" });
      const box = pressed.getBoundingClientRect();
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      const called = `${control.tagName.toLowerCase()} '${control.id || control.textContent.trim()}'`;
      if (box.left < 0 || box.right > width) problems.push(`${called} is outside the width`);
      if (box.height < 24 || box.width < 24) problems.push(`${called} is too small`);
      if (!pressed.contains(top)) problems.push(`${called} is covered`);
    }
    return { controls: controls.length, problems };
  });

  async function everythingIsReachable() {
    const { controls, problems } = await unreachable();
    assert.deepEqual(problems, []);
    assert.ok(controls > 5, `${controls} controls were looked at`);
  }

  for (const colorScheme of ["light", "dark"]) {
    it(`List and case follow each other, nothing scrolls sideways and every control is reachable (${colorScheme})`, async () => {
      desk = await Visit.begin(place.browser, place.sample, { viewport: { width: 360, height: 740 }, colorScheme, isMobile: true, hasTouch: true });
      await everythingIsReachable();

      const id = await desk.open("glucose");
      await desk.showsNot("new-case");
      await desk.at("sign").waitFor();
      await desk.at("timeline").locator("summary").click();
      await desk.at("withdraw").click();
      await everythingIsReachable();
      await desk.at("withdraw-no").click();
      await desk.picture(`phone-${colorScheme}`);

      await desk.at("back").click();
      await desk.showsNot("case");
      assert.equal(await desk.page.evaluate(() => document.activeElement.closest("li")?.dataset.key), id);
      await everythingIsReachable();
      await desk.picture(`phone-list-${colorScheme}`);

      await desk.choose(id);
      await desk.page.goBack();
      await desk.at("new-case").waitFor();

      await desk.open("knee");
      await desk.at("send-documents").waitFor();
      await everythingIsReachable();
    });
  }
});
