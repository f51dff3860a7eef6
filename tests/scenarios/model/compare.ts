import assert from "node:assert/strict";
import type { Course } from "./course.js";
import { drive } from "./drive.js";
import { predict } from "./predict.js";

/** Asserts that the phone does in a case what the rules want. */
export const asPredicted = (course: Course): void => {
  assert.deepEqual(drive(course), { ...predict(course), complaints: [] });
};
