/* Connections by mbedTLS. */
#include "tls_mbedtls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <mbedtls/error.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Octets of a server's name and of a trouble, the NUL counted. */
#define NAME_ROOM 256
#define TROUBLE_ROOM 512

/* Octets of the names of a certificate that a sentence has room for. */
#define NAMES_ROOM 160

/* dNSName and iPAddress among the names of a certificate (RFC 5280, section 4.2.1.6). */
#define NAME_IS_HOST (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2)
#define NAME_IS_ADDRESS (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7)

/* Alerts (RFC 8446, section 6). */
enum {
  ALERT_HANDSHAKE_FAILURE = 40,
  ALERT_NO_CERTIFICATE = 41,
  ALERT_CERTIFICATE_UNKNOWN = 46,
  ALERT_UNKNOWN_CA = 48,
  ALERT_PROTOCOL_VERSION = 70,
  ALERT_CERTIFICATE_REQUIRED = 116,
};

struct tls {
  mbedtls_ssl_context context;
  int descriptor;
  int socket_error;       /* of the last call that the socket failed; 0: none has */
  bool is_open;           /* the handshake is complete */
  size_t writing;         /* octets of a write that was begun: it is gone on with as it was */
  char name[NAME_ROOM];   /* empty: the other end is the client */
  uint8_t address[16];    /* where the name is one */
  size_t address_size;    /* 0: it is not */
  bool is_self_signed;    /* the server's certificate */
  char names[NAMES_ROOM]; /* that it is for */
  char trouble[TROUBLE_ROOM];
};

static int put(void *context, const unsigned char *octets, size_t size) {
  struct tls *tls = (struct tls *)context;
  /*
   * The messages of a handshake go together: an alert about one of them is lost if another meets a closed
   * port.
   */
  ssize_t count = send(tls->descriptor, octets, size, tls->is_open ? MSG_NOSIGNAL : MSG_NOSIGNAL | MSG_MORE);
  if (count >= 0) return (int)count;
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return MBEDTLS_ERR_SSL_WANT_WRITE;
  tls->socket_error = errno;
  return MBEDTLS_ERR_SSL_CONN_EOF;
}

static int get(void *context, unsigned char *octets, size_t size) {
  struct tls *tls = (struct tls *)context;
  ssize_t count = recv(tls->descriptor, octets, size, 0);
  if (count >= 0) return (int)count;
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return MBEDTLS_ERR_SSL_WANT_READ;
  tls->socket_error = errno;
  return MBEDTLS_ERR_SSL_CONN_EOF;
}

/* Whether a certificate is for the address that the server is called by. */
static bool is_for_address(const struct tls *tls, const mbedtls_x509_crt *certificate) {
  for (const mbedtls_x509_sequence *name = &certificate->subject_alt_names; name != NULL; name = name->next) {
    bool is_address = name->buf.tag == NAME_IS_ADDRESS && name->buf.len == tls->address_size;
    if (is_address && memcmp(name->buf.p, tls->address, tls->address_size) == 0) return true;
  }
  return false;
}

/* Adds a name of a certificate to those before it. It comes from outside: what is not printed is left out. */
static void add_name(char *names, const mbedtls_x509_buf *name) {
  char text[INET6_ADDRSTRLEN] = "";
  const char *from = (const char *)name->p;
  size_t length = name->len, at = strlen(names);
  if (name->tag == NAME_IS_ADDRESS) {
    inet_ntop(name->len == 4 ? AF_INET : AF_INET6, name->p, text, sizeof text);
    from = text;
    length = strlen(text);
  }
  if (at + 2 + length >= NAMES_ROOM) return;
  if (at > 0) at += (size_t)sprintf(names + at, ", ");
  for (size_t i = 0; i < length; i++) names[at++] = from[i] > ' ' && from[i] < 0x7f ? from[i] : '?';
  names[at] = '\0';
}

/* The names and addresses that a certificate is for. */
static void list_names(char *names, const mbedtls_x509_crt *certificate) {
  names[0] = '\0';
  for (const mbedtls_x509_sequence *name = &certificate->subject_alt_names; name != NULL; name = name->next) {
    bool is_address = name->buf.tag == NAME_IS_ADDRESS && (name->buf.len == 4 || name->buf.len == 16);
    if (is_address || name->buf.tag == NAME_IS_HOST) add_name(names, &name->buf);
  }
}

/*
 * Looks at the server's own certificate. mbedTLS compares host names alone: addresses are compared here. What
 * it has of the certificate is gone when a sentence is wanted.
 */
static int verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  struct tls *tls = (struct tls *)context;
  if (depth > 0) return 0;
  if (tls->address_size > 0 && !is_for_address(tls, certificate)) *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
  tls->is_self_signed =
      certificate->issuer_raw.len == certificate->subject_raw.len &&
      memcmp(certificate->issuer_raw.p, certificate->subject_raw.p, certificate->subject_raw.len) == 0;
  list_names(tls->names, certificate);
  return 0;
}

/* Takes the server's name, without the brackets of an IPv6 address and the dot at a domain's end. */
static bool take_name(struct tls *tls, const char *name) {
  size_t length = strlen(name);
  if (name[0] == '[' && length > 2) {
    name++;
    length -= 2;
  }
  if (length > 0 && name[length - 1] == '.') length--;
  snprintf(tls->name, sizeof tls->name, "%.*s", (int)length, name);
  if (inet_pton(AF_INET, tls->name, tls->address) == 1)
    tls->address_size = 4;
  else if (inet_pton(AF_INET6, tls->name, tls->address) == 1)
    tls->address_size = 16;
  mbedtls_ssl_set_verify(&tls->context, verify, tls);
  /* An address is no server name of TLS (RFC 6066, section 3). */
  return tls->address_size > 0 || mbedtls_ssl_set_hostname(&tls->context, tls->name) == 0;
}

struct tls *tls_open(int descriptor, const char *name) {
  const mbedtls_ssl_config *settings = name == NULL ? tls_server_settings() : tls_client_settings();
  struct tls *tls = settings == NULL ? NULL : calloc(1, sizeof *tls);
  if (tls == NULL) return NULL;
  tls->descriptor = descriptor;
  mbedtls_ssl_init(&tls->context);
  if (mbedtls_ssl_setup(&tls->context, settings) != 0 || (name != NULL && !take_name(tls, name))) {
    tls_close(tls);
    return NULL;
  }
  mbedtls_ssl_set_bio(&tls->context, tls, put, get, NULL);
  return tls;
}

void tls_close(struct tls *tls) {
  if (tls == NULL) return;
  if (tls->is_open) mbedtls_ssl_close_notify(&tls->context);
  mbedtls_ssl_free(&tls->context);
  free(tls);
}

static enum tls_result trouble(struct tls *tls, enum tls_result result, const char *text) {
  snprintf(tls->trouble, sizeof tls->trouble, "%s", text);
  return result;
}

/* Why the server's certificate does not fit. */
static enum tls_result bad_certificate(struct tls *tls) {
  uint32_t flags = mbedtls_ssl_get_verify_result(&tls->context);
  if (flags & MBEDTLS_X509_BADCERT_EXPIRED)
    return trouble(tls, TLS_BAD_CERTIFICATE, "its certificate has expired");
  if (flags & MBEDTLS_X509_BADCERT_FUTURE)
    return trouble(tls, TLS_BAD_CERTIFICATE, "its certificate is not valid yet, or the clock here is slow");
  if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED && tls->is_self_signed)
    return trouble(
        tls, TLS_BAD_CERTIFICATE,
        "its certificate is signed by itself and not trusted: sip.tls_ca names the file of those that are");
  if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)
    return trouble(tls, TLS_BAD_CERTIFICATE,
                   "its certificate comes from an authority that is not trusted (sip.tls_ca names the file "
                   "of those that are), or it does not send the certificates in between");
  if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) {
    snprintf(tls->trouble, sizeof tls->trouble, "its certificate is not for %s%s%s", tls->name,
             tls->names[0] == '\0' ? "" : ", but for ", tls->names);
    return TLS_BAD_CERTIFICATE;
  }
  if (flags & (MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |
               MBEDTLS_X509_BADCERT_NS_CERT_TYPE))
    return trouble(tls, TLS_BAD_CERTIFICATE, "its certificate is not meant for servers");
  return trouble(tls, TLS_BAD_CERTIFICATE, "its certificate does not fit");
}

/* What an alert of the other end means. */
static enum tls_result alerted(struct tls *tls) {
  int alert = tls->context.in_msg[1];
  if (alert == ALERT_NO_CERTIFICATE || alert == ALERT_CERTIFICATE_REQUIRED)
    return trouble(tls, TLS_BAD_CERTIFICATE,
                   "it asks for a certificate of ours: sip.tls_cert and sip.tls_key name one");
  if ((alert > ALERT_NO_CERTIFICATE && alert <= ALERT_CERTIFICATE_UNKNOWN) || alert == ALERT_UNKNOWN_CA)
    return trouble(tls, TLS_BAD_CERTIFICATE, "it does not accept our certificate, sip.tls_cert");
  if (alert == ALERT_PROTOCOL_VERSION) return trouble(tls, TLS_FAILED, "it does not speak TLS 1.2 or newer");
  if (alert == ALERT_HANDSHAKE_FAILURE)
    return trouble(tls, TLS_FAILED,
                   "it refuses the handshake: it may ask for a certificate of ours (sip.tls_cert and "
                   "sip.tls_key), or for ciphers that are not spoken here");
  snprintf(tls->trouble, sizeof tls->trouble, "the handshake fails (alert %d)", alert);
  return TLS_FAILED;
}

/* What an answer of mbedTLS below 0 means. errno is that of the socket, or 0. */
static enum tls_result meaning(struct tls *tls, int answer) {
  char words[128];
  errno = tls->socket_error;
  switch (answer) {
    case MBEDTLS_ERR_SSL_WANT_READ:
      return TLS_WANTS_READ;
    case MBEDTLS_ERR_SSL_WANT_WRITE:
      return TLS_WANTS_WRITE;
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
    case MBEDTLS_ERR_SSL_CONN_EOF:
      return trouble(tls, tls->socket_error == 0 ? TLS_CLOSED : TLS_FAILED,
                     "it closes the connection in the handshake");
    case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
      return bad_certificate(tls);
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
      return alerted(tls);
    case MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION:
      return trouble(tls, TLS_FAILED, "it does not speak TLS 1.2 or newer");
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
      return trouble(tls, TLS_FAILED, "what it answers is not TLS");
    default:
      mbedtls_strerror(answer, words, sizeof words);
      snprintf(tls->trouble, sizeof tls->trouble, "the handshake fails (%s)", words);
      return TLS_FAILED;
  }
}

enum tls_result tls_shake_hands(struct tls *tls) {
  int answer = mbedtls_ssl_handshake(&tls->context);
  /* Sends what has been held back. */
  setsockopt(tls->descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  if (answer != 0) return meaning(tls, answer);
  tls->is_open = true;
  return TLS_DONE;
}

/*
 * What came of moving octets: how many, or why not. A connection that is gone has nobody to say goodbye to.
 */
static enum tls_result moved_octets(struct tls *tls, int answer, size_t *moved) {
  *moved = answer > 0 ? (size_t)answer : 0;
  enum tls_result result = answer > 0 ? TLS_DONE : answer == 0 ? TLS_CLOSED : meaning(tls, answer);
  if (result != TLS_DONE && result != TLS_WANTS_READ && result != TLS_WANTS_WRITE) tls->is_open = false;
  return result;
}

enum tls_result tls_read(struct tls *tls, uint8_t *octets, size_t size, size_t *moved) {
  return moved_octets(tls, mbedtls_ssl_read(&tls->context, octets, size), moved);
}

enum tls_result tls_write(struct tls *tls, const uint8_t *octets, size_t size, size_t *moved) {
  if (tls->writing > 0) size = tls->writing;
  enum tls_result result = moved_octets(tls, mbedtls_ssl_write(&tls->context, octets, size), moved);
  tls->writing = result == TLS_WANTS_READ || result == TLS_WANTS_WRITE ? size : 0;
  return result;
}

const char *tls_name(const struct tls *tls) {
  return tls->name;
}

const char *tls_trouble(const struct tls *tls) {
  return tls->trouble;
}
