# The one binary on nothing else: `docker build -t ichat . && docker run -p 8080:8080 -v ichat:/data ichat`.

FROM node:22-bookworm-slim AS front
WORKDIR /src
COPY widget/package.json widget/package-lock.json widget/
COPY console/package.json console/package-lock.json console/
RUN npm --prefix widget ci && npm --prefix console ci
COPY widget widget
COPY console console
RUN npm --prefix widget run build && npm --prefix console run build

FROM golang:1.26-bookworm AS build
ARG VERSION=dev
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=front /src/widget/dist widget/dist
COPY --from=front /src/console/dist console/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/ichat . \
 && install -d -m 0700 /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/ichat /ichat
# Any number but root's; the folder is its own, so a fresh volume is writable.
COPY --from=build --chown=10001:10001 /out/data /data
USER 10001:10001
ENV ICHAT_DATA=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/ichat"]
CMD ["serve"]
