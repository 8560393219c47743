/** For people who look after the states that Bascule keeps in the cluster. */

/** What is stored of one stack. */
export interface StoredStack {
  /** `<namespace>.<plan>.<blue|green|entry|shared>` */
  readonly stack: string;
  /**
   * `kept`: as the last operation left it; `running`: an operation has it, or had it and did not end as it should;
   * `adopt`: set aside, the next apply takes over what is there; `none`: nothing is stored (yet); `damaged`: it can't be read.
   */
  readonly state: "kept" | "running" | "adopt" | "none" | "damaged";
  /** What is to be known beside it: who has it, why it was set aside, what is damaged. */
  readonly detail?: string;
  readonly generation?: number;
  /** Uncompressed. */
  readonly bytes?: number;
  readonly at?: string;
  /** Generations of former checkpoints that can be exported, newest first. */
  readonly former: readonly number[];
}

/** Who does it, and why; kept with the state. */
export interface StateChange {
  readonly by: string;
  readonly reason: string;
}

/** Expected refusals are errors whose message says what to do. */
export interface StackStateAdmin {
  list(): Promise<readonly StoredStack[]>;
  /** The deployment as `pulumi stack export` writes it, secrets encrypted. `generation`: a former one. */
  export(stack: string, generation?: number): Promise<object>;
  /** Puts such a deployment in the place of what is stored, which becomes a former one. */
  import(stack: string, text: string, change: StateChange): Promise<StoredStack>;
  /** Sets what is stored aside, however damaged; the stack's next apply takes over what is there. */
  adopt(stack: string, change: StateChange): Promise<StoredStack>;
}
