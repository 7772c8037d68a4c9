import { expect, test } from "vitest";

import { newKey, seal, unseal, Unreadable } from "./envelope";

const mission = { site: "PH-0754", instructions: "Entrer par la cour" };

test("a record comes back as it was", async () => {
  const key = await newKey();
  expect(await unseal(key, "mission", await seal(key, "mission", mission))).toEqual(mission);
});

test("nothing of a record can be read on disk, and the same record never looks the same", async () => {
  const key = await newKey();
  const [once, again] = [await seal(key, "mission", mission), await seal(key, "mission", mission)];
  expect(new TextDecoder().decode(once.box)).not.toContain("PH-0754");
  expect(new Uint8Array(once.box)).not.toEqual(new Uint8Array(again.box));
});

test("without its key, under another name or with a bit flipped a record is unreadable", async () => {
  const key = await newKey();
  const sealed = await seal(key, "mission", mission);
  await expect(unseal(await newKey(), "mission", sealed)).rejects.toThrow(Unreadable);
  await expect(unseal(key, "draft", sealed)).rejects.toThrow(Unreadable);
  new Uint8Array(sealed.box)[3]! ^= 1;
  await expect(unseal(key, "mission", sealed)).rejects.toThrow(Unreadable);
});

test("no script can take the key away", async () => {
  const key = await newKey();
  expect(key.extractable).toBe(false);
  await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
});
