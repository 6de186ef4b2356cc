/** A token bucket: `perSecond` tokens flow in, at most `burst` are kept. Below zero are those promised in advance. */
export interface Bucket {
  readonly tokens: number;
  /** When `tokens` was right, in milliseconds. */
  readonly at: number;
}

export interface BucketLimits {
  readonly perSecond: number;
  readonly burst: number;
}

/** A full bucket. */
export function fullBucket({ burst }: BucketLimits, now: number): Bucket {
  return { tokens: burst, at: now };
}

/** Takes one token, in advance if need be: the caller must then wait `waitMs`, and those who come later wait longer. */
export function takeToken(bucket: Bucket, limits: BucketLimits, now: number): { bucket: Bucket; waitMs: number } {
  const inflow = (Math.max(0, now - bucket.at) / 1000) * limits.perSecond;
  const tokens = Math.min(limits.burst, bucket.tokens + inflow) - 1;
  return {
    bucket: { tokens, at: Math.max(now, bucket.at) },
    waitMs: tokens >= 0 ? 0 : (-tokens / limits.perSecond) * 1000,
  };
}
