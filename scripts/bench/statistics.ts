/** Of many measurements, one. */

/**
 * The value in the middle; of an even number of values the mean of the two there.
 *
 * @throws a RangeError where there is none
 */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError("there is no value, so none in the middle");
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
};
