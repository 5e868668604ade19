// Takes the pictures of samples/PriorAuthorization/README.md again: npm run screenshots
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compact } from "./compact.mjs";
import { root, Sample, startBrowser, Visit } from "./support.mjs";

const folder = join(root, "samples/PriorAuthorization/screenshots");
mkdirSync(folder, { recursive: true });
const [sample, browser] = await Promise.all([Sample.start(), startBrowser()]);

/** As wide and high as said, from the given element down. */
async function take(desk, name, { width = 1120, height, from = "body" }) {
  const path = join(folder, `${name}.png`);
  await desk.page.setViewportSize({ width, height });
  await desk.page.mouse.move(0, 0);
  await desk.page.evaluate(element => {
    document.activeElement.blur();
    scrollTo(0, document.querySelector(element).getBoundingClientRect().top + scrollY - 20);
  }, from);
  const picture = compact(await desk.page.screenshot({ animations: "disabled" }));
  writeFileSync(path, picture);
  console.log(`${name}.png, ${Math.ceil(picture.length / 1024)} KB`);
}

try {
  const desk = await Visit.begin(browser, sample);
  await take(desk, "1-start", { height: 740 });

  await desk.open("glucose");
  await desk.at("sign").waitFor();
  await desk.at("physician").fill("Dr Amara Osei");
  await take(desk, "2-physician", { height: 1010, from: "#case" });

  await desk.open("mri", { behaviour: "LosesTheAnswer" });
  await desk.sign();
  await desk.ends("Approved");
  await take(desk, "3-lost-answer", { width: 1320, height: 680, from: "main" });

  desk.expect(/ERR_/);
  await desk.open("knee");
  await desk.at("send-documents").waitFor();
  await sample.kill();
  await desk.at("away").waitFor();
  await take(desk, "4-killed", { height: 700 });
  await sample.run();
  await desk.showsNot("away");
  await desk.at("send-documents").click();
  await desk.sign();
  await desk.ends("Approved");

  await desk.open("mri", { isUrgent: true });
  await desk.at("sign").waitFor();
  while (await desk.at("case-state").innerText() === "In progress") {
    await desk.page.getByRole("button", { name: "+1 day" }).click();
    await desk.page.waitForFunction(() => !document.querySelector("[data-hours='24']").disabled);
  }
  await take(desk, "5-expired", { width: 1320, height: 800, from: "main" });
  await desk.end();

  const phone = await Visit.begin(browser, sample, { viewport: { width: 360, height: 740 }, colorScheme: "dark", isMobile: true, hasTouch: true });
  await phone.open("mri");
  await phone.at("sign").waitFor();
  await take(phone, "6-phone", { width: 360, height: 740 });
  await phone.end();
} finally {
  await browser.close();
  await sample.stop();
}
