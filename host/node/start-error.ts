/** A phone could not start; the message is a sentence. */
export class StartError extends Error {
  override readonly name = "StartError";
}
