/** Seeded random numbers: the same streams on every machine and at every run. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  normal(): number;
  /** Gamma with mean 1 and the given squared coefficient of variation; 1 when that is 0. */
  factor(variation: number): number;
  poisson(mean: number): number;
  binomial(n: number, p: number): number;
}

/** Mulberry32 (T. Ettinger 2017), with draws by textbook methods. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const gamma = (shape: number): number => gammaFrom(shape, next, normal);
  const poisson = (mean: number): number => poissonFrom(mean, next, gamma, binomial);
  const binomial = (n: number, p: number): number => binomialFrom(n, p, next, gamma);
  return {
    next,
    normal,
    factor: (variation) => (variation === 0 ? 1 : gamma(1 / variation) * variation),
    poisson,
    binomial,
  };
}

/** Marsaglia and Tsang 2000; below 1 by the usual power of a uniform. */
function gammaFrom(shape: number, next: () => number, normal: () => number): number {
  if (shape < 1) return gammaFrom(shape + 1, next, normal) * (1 - next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - next()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Inversion for small means; beyond, Ahrens and Dieter's reduction by a gamma arrival time (1974): exact. */
function poissonFrom(
  mean: number,
  next: () => number,
  gamma: (shape: number) => number,
  binomial: (n: number, p: number) => number,
): number {
  let count = 0;
  let rest = mean;
  while (rest > 16) {
    const arrivals = Math.floor(rest * 0.875);
    const time = gamma(arrivals);
    if (time > rest) return count + binomial(arrivals - 1, rest / time);
    count += arrivals;
    rest -= time;
  }
  const limit = Math.exp(-rest);
  for (let product = next(); product > limit; product *= next()) count += 1;
  return count;
}

/** Waiting times for few events; beyond, Relles' reduction by a beta order statistic (1972): exact. */
function binomialFrom(n: number, p: number, next: () => number, gamma: (shape: number) => number): number {
  if (p <= 0 || n <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomialFrom(n, 1 - p, next, gamma);
  if (n * p < 20) {
    const log = Math.log1p(-p);
    let count = -1;
    for (let at = 0; at <= n; count++) at += Math.floor(Math.log(1 - next()) / log) + 1;
    return count;
  }
  const middle = Math.floor((n + 1) / 2);
  const a = gamma(middle);
  const cut = a / (a + gamma(n + 1 - middle));
  return cut <= p
    ? middle + binomialFrom(n - middle, (p - cut) / (1 - cut), next, gamma)
    : binomialFrom(middle - 1, p / cut, next, gamma);
}
