// A product in C++: it starts a phone, and says what that wants first.
#include <array>
#include <iostream>
#include <memory>
#include <string>

#include "sip_failover.h"

namespace {

struct Closer {
  void operator()(sip_failover *phone) const { sip_failover_close(phone); }
};
using Phone = std::unique_ptr<sip_failover, Closer>;

const std::string configuration =
    "#!version:1.0.0.1\n"
    "account.1.enable = 1\n"
    "account.1.user_name = 1000\n"
    "account.1.sip_server.1.address = 192.0.2.1\n"
    "account.1.sip_server.1.port = 5060\n";

void count(void *context, const uint8_t *, size_t) { ++*static_cast<int *>(context); }

}  // namespace

int main() {
  const std::array<uint8_t, SIP_FAILOVER_SEED> seed{};
  sip_failover_file file = {};
  file.octets = configuration.data();
  file.size = configuration.size();
  sip_failover_configuration settings = {};
  settings.seed = seed.data();
  settings.files = &file;
  settings.file_count = 1;
  Phone phone(sip_failover_open(nullptr, nullptr, 0));
  if (!phone) return 1;
  int records = 0;
  const int32_t errors = sip_failover_configure(phone.get(), &settings, count, &records);
  sip_failover_start(phone.get(), 0);
  std::cout << sip_failover_backend() << ", input " << sip_failover_input_size(phone.get()) << ", errors "
            << errors << ", records " << records << '\n';
  sip_failover_action action;
  while (sip_failover_next_action(phone.get(), 0, &action) > 0) {
    if (action.kind != SF_ACTION_LISTEN) continue;
    std::cout << "listen " << sip_failover_name(sf_names_transport, static_cast<int>(action.transport)) << ' '
              << action.port << '\n';
  }
}
