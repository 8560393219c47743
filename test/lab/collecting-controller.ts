/** The controller as it is, apart from one thing: on SIGUSR2 it collects its garbage. */
await import("./collecting.ts");
await import("../../src/main.ts");
