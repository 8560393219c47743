import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { requireRoom, roomProblem } from "./room.ts";

const MIB = 1024 * 1024;

test("a disk that is nearly full is told with what is free and what is needed", () => {
  expect(roomProblem(16 * MIB)).toBeUndefined();
  expect(roomProblem(16 * MIB - 1)).toBe(
    "no space left on the disk of the controller's home: 15 MiB are free and 16 are needed; make room there",
  );
});

test("a disk with room and a folder that is not there let the operation begin", async () => {
  await expect(requireRoom(tmpdir())).resolves.toBeUndefined();
  await expect(requireRoom("/no/such/folder")).resolves.toBeUndefined();
});
