/* What the files of TLS hold, for mbedTLS. */
#ifndef TLS_MBEDTLS_H
#define TLS_MBEDTLS_H

#include <mbedtls/ssl.h>

#include "tls.h"

/* The settings of connections of ours, the trust anchors read; NULL: the files cannot be used. */
const mbedtls_ssl_config *tls_client_settings(void);

/* The settings of connections of others; NULL: there is no certificate of our own. */
const mbedtls_ssl_config *tls_server_settings(void);

#endif
