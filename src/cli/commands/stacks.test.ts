import { describe, expect, it } from "vitest";
import { memoryPorts, runWith } from "../../../test/api/cli/support/bench.ts";
import { memoryBench } from "../../../test/api/cli/support/memory-bench.ts";
import type { StackStateAdmin, StoredStack } from "../../ports/stack-states.ts";
import { CliFailure } from "../cli-failure.ts";
import type { StatesRequest } from "../command-context.ts";
import { EXIT } from "../exit-codes.ts";

const bench = memoryBench();
const KEPT: StoredStack = {
  stack: "team.shop.blue",
  state: "kept",
  generation: 7,
  bytes: 31_000,
  at: "2026-05-01T10:00:00.000Z",
  former: [6, 5],
};

/** Runs a command where the cluster holds these; tells what was asked of it. */
async function run(line: string, stored: readonly StoredStack[] = [KEPT], refusal?: string) {
  const asked: unknown[] = [];
  const access: StatesRequest[] = [];
  const answer = async <T>(value: T, ...what: unknown[]): Promise<T> => {
    asked.push(what);
    if (refusal !== undefined) throw new CliFailure(refusal);
    return value;
  };
  const states: StackStateAdmin = {
    list: () => answer(stored, "list"),
    export: (stack, generation) => answer({ version: 3, deployment: {} }, "export", stack, generation),
    import: (stack, text, change) =>
      answer({ ...KEPT, generation: 8, former: [7] }, "import", stack, text, change),
    adopt: (stack, change) => answer({ ...KEPT, state: "adopt", former: [7] }, "adopt", stack, change),
  };
  const stackStates = (request: StatesRequest): Promise<StackStateAdmin> => {
    access.push(request);
    return Promise.resolve(states);
  };
  const ports = { ...memoryPorts(bench.api, { "state.json": "{}" }), stackStates };
  const ran = await runWith(ports, ["stacks", ...line.split(" ")]);
  return { ...ran, asked, access };
}

describe("stacks list", () => {
  it("shows what is stored, and looks where the controller is", async () => {
    const ran = await run("list");
    expect(ran.exit).toBe(EXIT.ok);
    expect(ran.out).toMatch(/team\/shop\/blue +kept +7 +31000 .* 6,5/);
    expect(ran.access[0]?.namespace).toBe("bascule-system");
    expect((await run("list --system-namespace ops")).access[0]?.namespace).toBe("ops");
    expect(JSON.parse((await run("list -o json")).out)).toEqual([KEPT]);
  });

  it("ends with 1 when a state is damaged, and names it", async () => {
    const ran = await run("list", [
      KEPT,
      { stack: "team.shop.green", state: "damaged", detail: "no JSON", former: [] },
    ]);
    expect(ran.exit).toBe(EXIT.error);
    expect(ran.out).toMatch(/team\/shop\/green +damaged .*no JSON/);
  });

  it("says that there is nothing", async () => {
    expect(await run("list", [])).toMatchObject({
      exit: EXIT.ok,
      out: "no state of a stack is kept in bascule-system\n",
    });
  });
});

describe("stacks export", () => {
  it("prints JSON alone, of the present or of a former generation", async () => {
    const ran = await run("export team/shop/blue");
    expect(JSON.parse(ran.out)).toEqual({ version: 3, deployment: {} });
    expect(ran.asked).toEqual([["export", "team.shop.blue", undefined]]);
    expect((await run("export shop/entry --generation 6 -n far")).asked).toEqual([
      ["export", "far.shop.entry", 6],
    ]);
  });

  it.each(["shop", "team/shop/red", "a/b/c/blue", "../shop/blue", "te.am/shop/blue", "team//blue"])(
    "refuses %s as a stack before it asks for anything",
    async (stack) => {
      const ran = await run(`export ${stack}`);
      expect(ran).toMatchObject({ exit: EXIT.usage, asked: [], out: "" });
      expect(ran.err.trim().split("\n")).toHaveLength(1);
    },
  );
});

describe("stacks import and adopt", () => {
  it("say who and why, and what the next operation does", async () => {
    const change = { by: "alice@example.com", reason: "restored" };
    const imported = await run("import team/shop/blue -f state.json --reason restored");
    expect(imported).toMatchObject({ exit: EXIT.ok, asked: [["import", "team.shop.blue", "{}", change]] });
    expect(imported.out).toMatch(/imported as generation 8.*first reads what stands[\s\S]*is generation 7/);
    const adopted = await run("adopt team/shop/blue --reason restored");
    expect(adopted).toMatchObject({ exit: EXIT.ok, asked: [["adopt", "team.shop.blue", change]] });
    expect(adopted.out).toMatch(/set aside.*with their pods as they are/);
    expect(JSON.parse((await run("adopt team/shop/blue --reason restored -o json")).out)).toMatchObject({
      state: "adopt",
    });
  });

  it("need a reason, and import a file that can be read", async () => {
    expect(await run("adopt team/shop/blue")).toMatchObject({ exit: EXIT.usage, asked: [] });
    expect(await run("import team/shop/blue -f none.json --reason x")).toMatchObject({
      exit: EXIT.usage,
      asked: [],
    });
  });

  it("pass on why they were refused, in one line with 1", async () => {
    const ran = await run("adopt team/shop/blue --reason x", [], "somebody works on stack team.shop.blue");
    expect(ran).toMatchObject({
      exit: EXIT.error,
      out: "",
      err: "bascule: somebody works on stack team.shop.blue\n",
    });
  });
});
