/** CPU time in milliseconds that `work` takes: what else a busy machine does meanwhile does not count. */
export function cpuTime(work: () => void): number {
  const from = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1_000;
}
