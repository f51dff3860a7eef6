/** Milliseconds of an entry of all series but the load. */
export const SECOND = 1000;
