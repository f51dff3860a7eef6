#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address_text.h"

#define BAD_USAGE 2

/* Seconds of --duration: a year. */
#define LONGEST_DURATION 31536000

static const char help[] =
    "usage: sip-failoverd [options] FILE...\n"
    "\n"
    "Brings a SIP phone up and keeps it reachable when its servers fail. FILE is a\n"
    "phone's configuration, <MAC>.cfg, or a boot file, <MAC>.boot, that lists some;\n"
    "several are read in order, the common one first: a later file wins.\n"
    "\n"
    "  --json            write records, one JSON object a line (it does so anyway)\n"
    "  --syslog          write records and messages to the system's log instead\n"
    "  --dns ADDR:PORT   ask this DNS server; can be given several times; [IPv6]:PORT\n"
    "  --duration S      stop in good order after so many seconds\n"
    "  --lenient         start in spite of errors in the configuration\n"
    "  --state DIR       keep the file DIR/status for whoever supervises this program\n"
    "  --module FILE     the core to load, where it is not compiled in\n"
    "  --control         take commands from standard input (daemon/control.c)\n"
    "  --wire            with --control: also write what goes over the wire\n"
    "  -V, --version     write the version\n"
    "  -h, --help        write this help\n"
    "\n"
    "SIGTERM or SIGINT is an orderly stop: calls are ended and bindings removed, which\n"
    "takes at most 2 s. A second one ends it at once.\n"
    "\n"
    "Exit status: 0 it was stopped; 1 the configuration has errors, or the phone could\n"
    "not start; 2 bad usage; 130 it was ended at once.\n";

static const struct option known[] = {
    {"json", no_argument, NULL, 'j'},         {"syslog", no_argument, NULL, 's'},
    {"dns", required_argument, NULL, 'd'},    {"duration", required_argument, NULL, 't'},
    {"lenient", no_argument, NULL, 'l'},      {"state", required_argument, NULL, 'S'},
    {"module", required_argument, NULL, 'm'}, {"control", no_argument, NULL, 'c'},
    {"wire", no_argument, NULL, 'w'},         {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
};

static bool refuse(const char *sentence, const char *word) {
  fprintf(stderr, "sip-failoverd: %s%s (\"--help\" tells more)\n", sentence, word);
  return false;
}

static bool take_dns(struct options *options, const char *word) {
  if (options->dns_count == MOST_DNS_SERVERS) return refuse("there are too many DNS servers: ", word);
  if (parse_address(word, &options->dns[options->dns_count++])) return true;
  return refuse("this is not the address of a DNS server: ", word);
}

static bool take_duration(struct options *options, const char *word) {
  char *end;
  double seconds = strtod(word, &end);
  options->duration = (int64_t)(seconds * 1000);
  if (end != word && *end == '\0' && seconds > 0 && seconds <= LONGEST_DURATION) return true;
  return refuse("this is not a number of seconds: ", word);
}

static bool take(struct options *options, int option) {
  switch (option) {
    case 's':
      return options->has_syslog = true;
    case 'd':
      return take_dns(options, optarg);
    case 't':
      return take_duration(options, optarg);
    case 'l':
      return options->is_lenient = true;
    case 'S':
      options->state = optarg;
      return true;
    case 'm':
      options->module = optarg;
      return true;
    case 'c':
      return options->has_control = true;
    case 'w':
      return options->has_wire = true;
    default:
      return option == 'j';
  }
}

bool read_options(int count, char **words, struct options *options, int *status) {
  *options = (struct options){.duration = SIP_FAILOVER_NEVER};
  *status = BAD_USAGE;
  for (int option; (option = getopt_long(count, words, "Vh", known, NULL)) != -1;) {
    if (option == 'V' || option == 'h') {
      if (option == 'h')
        fputs(help, stdout);
      else
        printf("sip-failoverd %s (%s)\n", SIP_FAILOVER_VERSION, sip_failover_backend());
      *status = 0;
      return false;
    }
    /* What getopt does not know it has said itself. */
    if (option == '?' || !take(options, option)) return false;
  }
  options->files = words + optind;
  options->file_count = (size_t)(count - optind);
  if (options->file_count == 0) return refuse("a configuration file is missing", "");
  if (options->has_wire && !options->has_control) return refuse("--wire goes with --control", "");
  if (options->has_syslog && options->has_control) return refuse("--syslog does not go with --control", "");
  return true;
}
