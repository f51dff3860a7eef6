import {
  isDown,
  leaveAlone,
  leftAloneUntil,
  probeWasAnswered,
  probeWasLost,
  resetHealth,
} from "../../../assembly/redundancy/health";
import { target } from "./helper";

describe("health", () => {
  beforeEach(() => {
    resetHealth();
  });

  it("F12: keeps until when a target has asked to be left alone", () => {
    leaveAlone(target(1, 5060), 5_000);
    expect(leftAloneUntil(target(1, 5060))).toBe(5_000);
    expect(leftAloneUntil(target(1, 5061))).toBe(0);
    leaveAlone(target(1, 5060), 9_000);
    expect(leftAloneUntil(target(1, 5060))).toBe(9_000);
  });

  it("a full table gives up the note that ends first", () => {
    for (let i = 0; i < 64; i++) leaveAlone(target(i, 5060), 1_000 + i);
    leaveAlone(target(200, 5060), 10_000);
    expect(leftAloneUntil(target(0, 5060))).toBe(0);
    expect(leftAloneUntil(target(1, 5060))).toBe(1_001);
    expect(leftAloneUntil(target(200, 5060))).toBe(10_000);
  });

  it("K2: so many probes lost in a row put a target down, said once; the first answer puts it up, said once", () => {
    expect(probeWasLost(target(1, 5060), 2)).toBe(false);
    expect(probeWasAnswered(target(1, 5060))).toBe(false);
    expect(probeWasLost(target(1, 5060), 2)).toBe(false);
    expect(isDown(target(1, 5060))).toBe(false);
    expect(probeWasLost(target(1, 5060), 2)).toBe(true);
    expect(isDown(target(1, 5060))).toBe(true);
    expect(isDown(target(1, 5061))).toBe(false);
    expect(probeWasLost(target(1, 5060), 2)).toBe(false);
    expect(probeWasAnswered(target(1, 5060))).toBe(true);
    expect(isDown(target(1, 5060))).toBe(false);
    expect(probeWasAnswered(target(1, 5060))).toBe(false);
  });

  it("K2: being down and being left alone do not touch each other", () => {
    leaveAlone(target(1, 5060), 5_000);
    probeWasLost(target(1, 5060), 1);
    expect(leftAloneUntil(target(1, 5060))).toBe(5_000);
    expect(isDown(target(1, 5060))).toBe(true);
    probeWasAnswered(target(1, 5060));
    expect(leftAloneUntil(target(1, 5060))).toBe(5_000);
  });

  it("K2: a full table keeps the targets that are down", () => {
    probeWasLost(target(100, 5060), 1);
    for (let i = 0; i < 80; i++) leaveAlone(target(i, 5060), 1_000 + i);
    expect(isDown(target(100, 5060))).toBe(true);
  });
});
