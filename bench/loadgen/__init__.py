"""An instrument for any SFU: real DTLS-SRTP publishers and receivers that cost next to nothing, so that a small machine can measure a server."""
