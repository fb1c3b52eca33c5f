FROM --platform=linux/amd64 golang:1.26 AS build
ARG VERSION
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg,sharing=locked go build -ldflags "-X main.v=$VERSION" -o /out/web ./cmd/web
RUN ["/bin/sh","-ec","set -x\nfor f in *; do\n  echo \"$f\" <<EOF\nhi\nEOF\ndone"]
SHELL ["/bin/bash","-o","pipefail","-c"]
RUN ["/bin/bash","-o","pipefail","-c","one\ntwo"]
RUN ["echo","$HOME","a\\b","<x>"]
FROM build
ARG VERSION
RUN ["/bin/bash","-o","pipefail","-c","three\nfour"]
FROM shop/base:0123456789ab
COPY --from=build --chown=1000:1000 --chmod=0755 /out/web /web
COPY ["\"my file.txt\"","\"\\$odd\\\\name\"","\"/data dir/\""]
ENV EMPTY="" \
    PORT="8080" \
    PRICE="5\$ \"net\" C:\\x"
LABEL org.example.title="it's \$here"
EXPOSE 8080 53/udp
VOLUME ["/data","\"/a b\""]
USER app:app
WORKDIR "/with space/\$x"
STOPSIGNAL SIGQUIT
ONBUILD ENV A="1" \
    B="2"
HEALTHCHECK --interval=10s --timeout=1m30s --retries=3 CMD ["/web","health"]
ENTRYPOINT ["/web"]
CMD ["serve"]
