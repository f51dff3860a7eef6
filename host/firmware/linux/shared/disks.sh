# The disks of the board, by their serial numbers, and the record of the two slots. For initramfs and root.
#
# The disk "firmware" has three partitions: slot a, slot b, and the record. The record says which slot is
# booted, how often that was begun since the slot last came up, whether it ever came up, and which one was
# given up. There are two copies of it, each in a sector of its own and with a checksum: while one is written,
# the other one holds.

RECORD_SECTORS="0 8"

# The device of a disk; nothing where there is none.
disk_of() {
  for block in /sys/block/vd*; do
    [ "$(cat "$block/serial" 2>/dev/null)" = "$1" ] && echo "/dev/${block##*/}" && return
  done
}

# The device of a slot.
slot_device() {
  case $1 in
    a) echo "$(disk_of firmware)1" ;;
    b) echo "$(disk_of firmware)2" ;;
  esac
}

other_slot() {
  case $1 in
    a) echo b ;;
    b) echo a ;;
  esac
}

checksum() {
  printf %s "$1" | sha256sum | cut -c 1-16
}

# Reads the record into slot, boots, confirmed and refused; one that never was, or is damaged, is that of a
# board as it is delivered.
read_record() {
  for sector in $RECORD_SECTORS; do
    line=$(dd if="$(disk_of firmware)3" bs=512 skip="$sector" count=1 2>/dev/null | head -n 1 | tr -d '\0')
    [ "${line##* }" = "$(checksum "${line% *}")" ] || continue
    read -r slot boots confirmed refused _ <<EOF
$line
EOF
    return
  done
  slot=a boots=0 confirmed=yes refused=none
}

# Writes slot, boots, confirmed and refused as the record.
write_record() {
  line="$slot $boots $confirmed $refused"
  for sector in $RECORD_SECTORS; do
    printf '%s %s\n' "$line" "$(checksum "$line")" |
      dd of="$(disk_of firmware)3" bs=512 seek="$sector" conv=sync,notrunc,fsync 2>/dev/null
  done
}
