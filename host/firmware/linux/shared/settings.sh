# The settings of the configuration disk, its file "settings": lines KEY=VALUE, a later one wins.
#
#   address=dhcp | ADDRESS/PREFIX      of eth0; dhcp where there is none
#   gateway=ADDRESS                    with an address of its own
#   nameservers=ADDRESS ...            instead of those that DHCP names
#   files=NAME ...                     what the phone reads, in order; by its MAC address where there is none
#   dns=ADDRESS[:PORT] ...             DNS servers of the phone instead of those of the files
#   lenient=yes                        starts though the files have errors
#   control=yes wire=yes               the phone is led by the port "sip-failover" instead of by itself

# Reads the settings into variables of the same names.
read_settings() {
  address=dhcp gateway='' nameservers='' files='' dns='' lenient=no control=no wire=no
  [ -r /config/settings ] || return 0
  while IFS='=' read -r key value; do
    case $key in
      address | gateway | nameservers | files | dns | lenient | control | wire) eval "$key=\$value" ;;
      '' | '#'*) ;;
      *) log "settings: $key is not known" ;;
    esac
  done </config/settings
}

# Says a sentence of somebody's, at the console and in the log: say WHO SENTENCE.
say() {
  echo "$1: $2" >/dev/console
  logger -t "$1" -p daemon.notice "$2"
}

# Says a sentence of the system's own.
log() {
  say firmware "$*"
}
