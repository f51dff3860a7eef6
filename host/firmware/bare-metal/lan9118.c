/* The numbers of sections and tables are those of the LAN9118's data sheet. */
#include "lan9118.h"

#include <string.h>

/* Its registers (table 5.1), by their offset in words. */
enum {
  RX_DATA = 0x00 / 4,
  TX_DATA = 0x20 / 4,
  RX_STATUS = 0x40 / 4,
  TX_STATUS = 0x48 / 4,
  TX_CONFIGURATION = 0x70 / 4,
  HARDWARE_CONFIGURATION = 0x74 / 4,
  RX_FIFO_INFORMATION = 0x7c / 4,
  TX_FIFO_INFORMATION = 0x80 / 4,
  BYTE_TEST = 0x64 / 4,
  MAC_COMMAND = 0xa4 / 4,
  MAC_DATA = 0xa8 / 4,
};

/* Registers of the MAC (table 5.2), and of the PHY (table 5.3). */
enum { MAC_CONTROL = 1, MAC_ADDRESS_HIGH = 2, MAC_ADDRESS_LOW = 3, MII_ACCESS = 6, MII_DATA = 7 };
enum { PHY_CONTROL = 0, PHY_STATUS = 1 };

#define REGISTERS ((volatile uint32_t *)0x40200000)

/* What BYTE_TEST reads when words have the right order. */
#define BYTE_ORDER_OF_OURS 0x87654321u

#define SOFT_RESET 1u
#define TX_FIFO_5_KIB (5u << 16)
#define MUST_BE_SET (1u << 20)
#define TX_ON (1u << 1)
#define TX_STATUS_OVERRUN_ALLOWED (1u << 2)

#define MAC_BUSY (1u << 31)
#define MAC_READ (1u << 30)
#define MAC_RECEIVES (1u << 2)
#define MAC_SENDS (1u << 3)
#define MAC_FULL_DUPLEX (1u << 20)

#define MII_BUSY 1u
#define MII_WRITE 2u
#define PHY_ADDRESS (1u << 11)
#define PHY_RESTART_NEGOTIATION 0x1200u
#define PHY_HAS_LINK 4u

/* The first word of a frame to send (3.12.2): one buffer that is the first and the last. */
#define WHOLE_FRAME (1u << 13 | 1u << 12)
/* Words that go before a frame. */
#define COMMAND_WORDS 2

#define STATUS_ERROR (1u << 15)
#define CHECKSUM_OCTETS 4

static uint32_t read_mac(unsigned which) {
  REGISTERS[MAC_COMMAND] = MAC_BUSY | MAC_READ | which;
  while (REGISTERS[MAC_COMMAND] & MAC_BUSY) continue;
  return REGISTERS[MAC_DATA];
}

static void write_mac(unsigned which, uint32_t value) {
  REGISTERS[MAC_DATA] = value;
  REGISTERS[MAC_COMMAND] = MAC_BUSY | which;
  while (REGISTERS[MAC_COMMAND] & MAC_BUSY) continue;
}

static uint32_t read_phy(unsigned which) {
  write_mac(MII_ACCESS, PHY_ADDRESS | which << 6 | MII_BUSY);
  while (read_mac(MII_ACCESS) & MII_BUSY) continue;
  return read_mac(MII_DATA);
}

static void write_phy(unsigned which, uint32_t value) {
  write_mac(MII_DATA, value);
  write_mac(MII_ACCESS, PHY_ADDRESS | which << 6 | MII_WRITE | MII_BUSY);
  while (read_mac(MII_ACCESS) & MII_BUSY) continue;
}

bool lan9118_open(uint8_t address[6]) {
  if (REGISTERS[BYTE_TEST] != BYTE_ORDER_OF_OURS) return false;
  REGISTERS[HARDWARE_CONFIGURATION] = SOFT_RESET;
  while (REGISTERS[HARDWARE_CONFIGURATION] & SOFT_RESET) continue;
  REGISTERS[HARDWARE_CONFIGURATION] = MUST_BE_SET | TX_FIFO_5_KIB;
  write_phy(PHY_CONTROL, PHY_RESTART_NEGOTIATION);
  /* The address comes from the EEPROM, which the controller reads by itself. */
  uint32_t low = read_mac(MAC_ADDRESS_LOW), high = read_mac(MAC_ADDRESS_HIGH);
  for (int i = 0; i < 4; i++) address[i] = (uint8_t)(low >> 8 * i);
  for (int i = 0; i < 2; i++) address[4 + i] = (uint8_t)(high >> 8 * i);
  write_mac(MAC_CONTROL, MAC_FULL_DUPLEX | MAC_SENDS | MAC_RECEIVES);
  REGISTERS[TX_CONFIGURATION] = TX_ON | TX_STATUS_OVERRUN_ALLOWED;
  return true;
}

bool lan9118_has_link(void) {
  /* The bit stays down until it is read after the link was lost: the second look is at what is now. */
  read_phy(PHY_STATUS);
  return read_phy(PHY_STATUS) & PHY_HAS_LINK;
}

/* A word of the frame that is not complete yet, and how many octets of it are there. */
static uint32_t word;
static unsigned word_octets;

bool lan9118_send_begin(size_t length) {
  size_t words = (length + 3) / 4 + COMMAND_WORDS;
  /* What became of earlier frames is of no interest, but its room is. */
  while (REGISTERS[TX_FIFO_INFORMATION] >> 16 & 0xff) (void)REGISTERS[TX_STATUS];
  if ((REGISTERS[TX_FIFO_INFORMATION] & 0xffff) < words * 4) return false;
  REGISTERS[TX_DATA] = WHOLE_FRAME | (uint32_t)length;
  REGISTERS[TX_DATA] = (uint32_t)length;
  word_octets = 0;
  word = 0;
  return true;
}

static void complete_word(void) {
  REGISTERS[TX_DATA] = word;
  word_octets = 0;
  word = 0;
}

void lan9118_send(const void *octets, size_t length) {
  const uint8_t *at = octets;
  for (size_t i = 0; i < length; i++) {
    word |= (uint32_t)at[i] << 8 * word_octets;
    if (++word_octets == 4) complete_word();
  }
}

void lan9118_send_end(void) {
  if (word_octets > 0) complete_word();
}

size_t lan9118_receive(uint8_t *frame) {
  while (REGISTERS[RX_FIFO_INFORMATION] >> 16 & 0xff) {
    uint32_t status = REGISTERS[RX_STATUS];
    size_t length = (status >> 16 & 0x3fff);
    size_t words = (length + 3) / 4;
    length = length > CHECKSUM_OCTETS ? length - CHECKSUM_OCTETS : 0;
    bool is_good = !(status & STATUS_ERROR) && length > 0 && length <= LAN9118_LONGEST_FRAME;
    for (size_t i = 0; i < words; i++) {
      uint32_t octets = REGISTERS[RX_DATA];
      size_t here = i * 4 < length ? length - i * 4 : 0;
      if (is_good) memcpy(frame + i * 4, &octets, here < 4 ? here : 4);
    }
    if (is_good) return length;
  }
  return 0;
}
