/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of nobody, made for tests. */
#ifndef HALLWATCH_TESTS_UNIT_PEM_H
#define HALLWATCH_TESTS_UNIT_PEM_H

/* For a hundred years, and its key; one of the same key that has expired; and another key. */
static const char pem_certificate[] = "-----BEGIN CERTIFICATE-----\n"
                                      "MIIBLjCB4aADAgECAhRTiA2EnXJyiqYECL5lKgu1iWfNMTAFBgMrZXAwDDEKMAgG\n"
                                      "A1UEAwwBYTAgFw0yNjExMjcxNDQ1NDBaGA8yMTI2MTEwMzE0NDU0MFowDDEKMAgG\n"
                                      "A1UEAwwBYTAqMAUGAytlcAMhAMJnz65fXpKLrSwmqPWVFoR9ld5iiK3fQ6YYgkmx\n"
                                      "rZBho1MwUTAdBgNVHQ4EFgQULyLNkiE8EEH6Q2i0HfMQi9AUV8QwHwYDVR0jBBgw\n"
                                      "FoAULyLNkiE8EEH6Q2i0HfMQi9AUV8QwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD\n"
                                      "QQBy8NDOsqCtKYCamL7mmniIoOqWpokQSIJ2R2wmPJb2YqnU2mT0n8JGgxvgopaZ\n"
                                      "ITI7iMhif/2t1AOFVL940ZEB\n"
                                      "-----END CERTIFICATE-----\n";
static const char pem_expired[] = "-----BEGIN CERTIFICATE-----\n"
                                  "MIHSMIGFAhR/2IUu3FJqagYPN/kr5tDstMD2YjAFBgMrZXAwDDEKMAgGA1UEAwwB\n"
                                  "YTAeFw0yNjExMjcxODMxNTRaFw0yNjExMjYxODMxNTRaMAwxCjAIBgNVBAMMAWEw\n"
                                  "KjAFBgMrZXADIQDCZ8+uX16Si60sJqj1lRaEfZXeYoit30OmGIJJsa2QYTAFBgMr\n"
                                  "ZXADQQDikoUtVDY7dO9nYNiBx5K3bvG39wh5lpLk3rF47tdpM1Tx9pofa2aqEEL+\n"
                                  "+Ylz/dIP6YYVwxnO2Y/9ppo64y0J\n"
                                  "-----END CERTIFICATE-----\n";
static const char pem_key[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MC4CAQAwBQYDK2VwBCIEIOSQR1Rs2wwysmEEXfwL8yJzYTndtm2r+MprE3I9eCIq\n"
                              "-----END PRIVATE KEY-----\n";
static const char pem_other_key[] = "-----BEGIN PRIVATE KEY-----\n"
                                    "MC4CAQAwBQYDK2VwBCIEIJM87P95woqQNYWoPQjaBE1IYPlWC5K3Ep4bsWscmADJ\n"
                                    "-----END PRIVATE KEY-----\n";

#endif
