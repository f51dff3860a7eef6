/** The stretch of time that is shown. Milliseconds since the start. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** Where a time is in the picture, and which time is where. */
export class Scale {
  readonly #view: View;
  readonly #left: number;
  readonly #perPixel: number;

  constructor(view: View, left: number, right: number) {
    this.#view = view;
    this.#left = left;
    this.#perPixel = (view.to - view.from) / (right - left);
  }

  /** Milliseconds that a pixel is wide. */
  get perPixel(): number {
    return this.#perPixel;
  }

  /** Pixels from the left of the picture. */
  x(t: number): number {
    return this.#left + (t - this.#view.from) / this.#perPixel;
  }

  t(x: number): number {
    return this.#view.from + (x - this.#left) * this.#perPixel;
  }
}
