/*
 * Address, port and transport, laid out as the host contract has a `target`:
 *
 *   | transport u8 | family u8 | port u16 | address, 16 octets |
 *
 * Family 0: none.
 */
@unmanaged
export class Endpoint {
  transport: u8;
  family: u8;
  port: u16;
  private address0: u32;
  private address1: u32;
  private address2: u32;
  private address3: u32;

  /** The 16 octets of the address. */
  get address(): usize {
    return changetype<usize>(this) + offsetof<Endpoint>("address0");
  }

  set(transport: i32, family: i32, port: i32, address: usize): void {
    this.transport = transport as u8;
    this.family = family as u8;
    this.port = port as u16;
    memory.copy(this.address, address, 16);
  }

  clear(): void {
    memory.fill(changetype<usize>(this), 0, offsetof<Endpoint>());
  }

  copyFrom(other: Endpoint): void {
    memory.copy(changetype<usize>(this), changetype<usize>(other), offsetof<Endpoint>());
  }

  get exists(): bool {
    return this.family != 0;
  }

  equals(other: Endpoint): bool {
    return memory.compare(changetype<usize>(this), changetype<usize>(other), offsetof<Endpoint>()) == 0;
  }

  /** The same IP address, whatever port and transport. */
  sameAddress(other: Endpoint): bool {
    return this.family == other.family && memory.compare(this.address, other.address, 16) == 0;
  }
}
