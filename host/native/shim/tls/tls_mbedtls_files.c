/* Reads the files of TLS into settings of mbedTLS. */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/platform_util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read_file.h"
#include "tls_mbedtls.h"

/*
 * Where systems keep the authorities that they trust, in one file; SSL_CERT_FILE comes first, as OpenSSL has
 * it.
 */
static const char *const system_files[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

static struct {
  bool is_loaded, has_own, has_anchors;
  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context random;
  mbedtls_x509_crt anchors, certificate;
  mbedtls_pk_context key;
  mbedtls_ssl_config client, server;
} tls;

/* A sentence about the file of a key of the configuration; false, for whoever fails with it. */
static bool refuse(char *why, size_t size, const char *key, const char *path, const char *trouble,
                   const char *detail) {
  snprintf(why, size, "The file of %s, %s, %s%s.", key, path, trouble, detail);
  return false;
}

/* The text of a file in PEM; NULL, and a sentence, where it cannot be read or holds no such part. */
static char *read_pem(const char *key, const char *path, const char *part, char *why, size_t room) {
  const char *cause;
  size_t size;
  char *text = read_file(path, &size, &cause);
  if (text == NULL) {
    refuse(why, room, key, path, "cannot be read: ", cause);
  } else if (strstr(text, part) == NULL) {
    refuse(why, room, key, path,
           strstr(part, "KEY") != NULL ? "holds no private key in PEM" : "holds no certificate in PEM", "");
    free(text);
    text = NULL;
  }
  return text;
}

static bool read_certificates(mbedtls_x509_crt *certificates, const char *key, const char *path, char *why,
                              size_t room) {
  char *text = read_pem(key, path, "-----BEGIN CERTIFICATE-----", why, room);
  if (text == NULL) return false;
  int failed = mbedtls_x509_crt_parse(certificates, (const unsigned char *)text, strlen(text) + 1);
  free(text);
  return failed == 0 || refuse(why, room, key, path, "holds a certificate that cannot be understood", "");
}

static bool read_key(const char *path, char *why, size_t room) {
  char *text = read_pem("sip.tls_key", path, "PRIVATE KEY-----", why, room);
  if (text == NULL) return false;
  size_t length = strlen(text);
  int failed = mbedtls_pk_parse_key(&tls.key, (const unsigned char *)text, length + 1, NULL, 0);
  /*
   * PKCS #8 says so in its first line, older forms in a header (RFC 7468, section 11; RFC 1421, section
   * 4.6.1.1).
   */
  bool is_encrypted = strstr(text, "ENCRYPTED") != NULL;
  mbedtls_platform_zeroize(text, length);
  free(text);
  if (failed == 0) return true;
  return refuse(why, room, "sip.tls_key", path,
                is_encrypted ? "asks for a passphrase" : "holds a private key that cannot be understood", "");
}

/* Reads our own certificate with its key, where they are named. */
static bool read_own(const struct tls_files *files, char *why, size_t room) {
  bool has_certificate = files->certificate[0] != '\0', has_key = files->key[0] != '\0';
  if (!has_certificate && !has_key) return true;
  if (!has_certificate || !has_key) {
    snprintf(why, room, "%s is of no use without %s: a certificate and its key go together.",
             has_key ? "sip.tls_key" : "sip.tls_cert", has_key ? "sip.tls_cert" : "sip.tls_key");
    return false;
  }
  if (!read_certificates(&tls.certificate, "sip.tls_cert", files->certificate, why, room) ||
      !read_key(files->key, why, room))
    return false;
  /* What follows the first one are the authorities that have issued it. */
  tls.has_own = mbedtls_pk_check_pair(&tls.certificate.pk, &tls.key) == 0;
  return tls.has_own || refuse(why, room, "sip.tls_key", files->key, "does not belong to the certificate in ",
                               files->certificate);
}

/* Settings for one end: TLS 1.2 or newer. */
static bool prepare(mbedtls_ssl_config *settings, int end, int verification) {
  if (mbedtls_ssl_config_defaults(settings, end, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) !=
      0)
    return false;
  mbedtls_ssl_conf_min_version(settings, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
  mbedtls_ssl_conf_authmode(settings, verification);
  mbedtls_ssl_conf_rng(settings, mbedtls_ctr_drbg_random, &tls.random);
  return !tls.has_own || mbedtls_ssl_conf_own_cert(settings, &tls.certificate, &tls.key) == 0;
}

bool tls_load(const struct tls_files *files, char *why, size_t size) {
  tls_unload();
  tls.is_loaded = true;
  mbedtls_entropy_init(&tls.entropy);
  mbedtls_ctr_drbg_init(&tls.random);
  mbedtls_x509_crt_init(&tls.anchors);
  mbedtls_x509_crt_init(&tls.certificate);
  mbedtls_pk_init(&tls.key);
  mbedtls_ssl_config_init(&tls.client);
  mbedtls_ssl_config_init(&tls.server);
  tls.has_anchors = files->trust_anchors[0] != '\0';
  bool is_read =
      read_own(files, why, size) &&
      (!tls.has_anchors || read_certificates(&tls.anchors, "sip.tls_ca", files->trust_anchors, why, size));
  if (is_read && (mbedtls_ctr_drbg_seed(&tls.random, mbedtls_entropy_func, &tls.entropy, NULL, 0) != 0 ||
                  !prepare(&tls.client, MBEDTLS_SSL_IS_CLIENT,
                           files->verify ? MBEDTLS_SSL_VERIFY_REQUIRED : MBEDTLS_SSL_VERIFY_NONE) ||
                  !prepare(&tls.server, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_VERIFY_NONE))) {
    snprintf(why, size, "TLS cannot be used: there is no entropy, or no memory left.");
    is_read = false;
  }
  if (!is_read) tls_unload();
  return is_read;
}

void tls_unload(void) {
  if (tls.is_loaded) {
    mbedtls_ssl_config_free(&tls.server);
    mbedtls_ssl_config_free(&tls.client);
    mbedtls_pk_free(&tls.key);
    mbedtls_x509_crt_free(&tls.certificate);
    mbedtls_x509_crt_free(&tls.anchors);
    mbedtls_ctr_drbg_free(&tls.random);
    mbedtls_entropy_free(&tls.entropy);
  }
  memset(&tls, 0, sizeof tls);
}

bool tls_can_serve(void) {
  return tls.has_own;
}

const mbedtls_ssl_config *tls_server_settings(void) {
  return tls.has_own ? &tls.server : NULL;
}

/*
 * Those that the system trusts take a megabyte: they are read when they are wanted. What is not understood is
 * left out.
 */
static void read_system_anchors(void) {
  const char *wanted = getenv("SSL_CERT_FILE");
  if (wanted != NULL && mbedtls_x509_crt_parse_file(&tls.anchors, wanted) >= 0) return;
  for (size_t i = 0; i < sizeof system_files / sizeof *system_files; i++)
    if (mbedtls_x509_crt_parse_file(&tls.anchors, system_files[i]) >= 0) return;
}

const mbedtls_ssl_config *tls_client_settings(void) {
  if (!tls.is_loaded) return NULL;
  if (!tls.has_anchors) read_system_anchors();
  tls.has_anchors = true;
  mbedtls_ssl_conf_ca_chain(&tls.client, &tls.anchors, NULL);
  return &tls.client;
}
