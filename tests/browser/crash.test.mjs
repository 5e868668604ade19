import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useSample, Visit } from "./support.mjs";

describe("A process that is killed", { timeout: 200_000 }, () => {
  const place = useSample();

  it("The page says that the process is away, and the case goes on when it is back", async () => {
    const desk = await Visit.begin(place.browser, place.sample);
    desk.expect(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_SOCKET_NOT_CONNECTED/);

    // While an agent works.
    await desk.open("mri", { behaviour: "LosesTheAnswer" });
    await desk.shows("story", "The case was opened.");
    await place.sample.kill();
    await desk.shows("away", "Start it again: the cases are there.");
    await desk.picture("away");
    await place.sample.run();
    await desk.showsNot("away");
    await desk.at("sign").waitFor();

    // While the physician writes: nothing of it is lost.
    await desk.at("letter").fill("Written while nobody listened");
    await place.sample.kill();
    await desk.shows("away", "The process is away.");
    await desk.sign();
    await desk.shows("review-problem", "No answer came.");
    await place.sample.run();
    await desk.showsNot("away");
    assert.equal(await desk.at("letter").inputValue(), "Written while nobody listened");
    await desk.at("sign").click();

    // While the claim is under way.
    await desk.shows("claims", "1 claim");
    await place.sample.kill();
    await desk.shows("away", "The process is away.");
    await place.sample.run();
    await desk.ends("Approved");
    assert.equal(await desk.at("claims").innerText(), "1 claim");
    await desk.shows("letter-shown", "Written while nobody listened");
    await desk.end();
  });
});
