/** A certificate for localhost and 127.0.0.1 that vouches for itself, and its key: worth nothing, used by tests only. */
export const CERT = `
-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUbg1uBQxvfEQ7TUEWiqAV2Jq9/qUwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzExNDM0M1oYDzIxMjYxMDMw
MTE0MzQzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARdxqGKmF8fBqopDYnvZrn/FvcTZ0umX6J2Q1F75J+hieguhJnjSGhc
+DfrKBTemFmL9e/GM1KneGn3bFtkJCG9o28wbTAdBgNVHQ4EFgQUgihwDTIGEGaC
Tlw+QzSnDFjE9XgwHwYDVR0jBBgwFoAUgihwDTIGEGaCTlw+QzSnDFjE9XgwGgYD
VR0RBBMwEYIJbG9jYWxob3N0hwR/AAABMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
zj0EAwIDSAAwRQIhAMGcAvD0O6SAtzdDFaHDMdoizwXjQ6mamd0uRygkiT1uAiAw
evaHuLlAGBASjOzaNAsWg2E+kmPjILTSgQ3xwer6sg==
-----END CERTIFICATE-----
`.trimStart()

export const KEY = `
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9oxEMqqktfMERVgm
pgXSJSEzyiEBBoVX64tqmjSLfS+hRANCAARdxqGKmF8fBqopDYnvZrn/FvcTZ0um
X6J2Q1F75J+hieguhJnjSGhc+DfrKBTemFmL9e/GM1KneGn3bFtkJCG9
-----END PRIVATE KEY-----
`.trimStart()
