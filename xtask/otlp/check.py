"""Plays the telemetry collector for one run of `rocketmall demo --exit` and checks what it was sent.

It listens over TLS with a certificate of its own authority, which the program trusts as it would trust one of the system's.
The messages are decoded with OpenTelemetry's own Python classes, which share no code with what writes them.
"""

import gzip
import http.server
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading

import trustme
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

LIMIT = 60
TOKEN = "a-token-of-the-check"

spans, metrics, complaints = [], [], []


class Collector(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        expect(self.headers["Content-Type"] == "application/x-protobuf", f"content type {self.headers['Content-Type']}")
        expect(self.headers["x-check"] == TOKEN, "the configured header is missing")
        if self.path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                check_resource(resource.resource)
                for scope in resource.scope_spans:
                    spans.extend(scope.spans)
        elif self.path == "/v1/metrics":
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                check_resource(resource.resource)
                metrics.append([metric for scope in resource.scope_metrics for metric in scope.metrics])
        else:
            expect(False, f"nothing is sent to {self.path}")
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def expect(fine, complaint):
    if not fine:
        complaints.append(complaint)


def check_resource(resource):
    attributes = texts(resource.attributes)
    expect(attributes.get("service.name") == "checked", f"service.name is {attributes.get('service.name')}")
    expect(attributes.get("service.instance.id"), "there is no service.instance.id")


def texts(attributes):
    return {attribute.key: attribute.value.string_value or attribute.value.int_value for attribute in attributes}


def named(name):
    found = [span for span in spans if span.name == name]
    expect(found, f"there is no span {name!r}; there are {sorted({span.name for span in spans})}")
    return found


def check_spans():
    known = {span.span_id: span for span in spans}
    expect(len(known) == len(spans), "a span was sent twice")
    for span in spans:
        expect(len(span.trace_id) == 16 and len(span.span_id) == 8, f"{span.name}: ids of a wrong length")
        expect(span.start_time_unix_nano <= span.end_time_unix_nano, f"{span.name} ends before it begins")
        if span.parent_span_id:
            parent = known.get(span.parent_span_id)
            expect(parent is not None, f"the parent of {span.name} is missing")
            expect(parent is None or parent.trace_id == span.trace_id, f"{span.name} is in another trace than its parent")

    def above(span):
        parent = known.get(span.parent_span_id)
        return [] if parent is None else [parent.name, *above(parent)]

    placing = named("POST /v1/orders")[0:1]
    for span in placing:
        attributes = texts(span.attributes)
        expect(span.kind == Span.SPAN_KIND_SERVER, "a request's span is not a server's")
        wanted = {"http.request.method": "POST", "http.route": "/v1/orders", "url.path": "/v1/orders", "http.response.status_code": 201}
        expect(wanted.items() <= attributes.items(), f"a request's span has {attributes}")
        below = sorted(child.name for child in spans if child.parent_span_id == span.span_id)
        expect(below == ["commit", "queue"], f"below the placing of an order: {below}")
    for span in named("sandbox prepay"):
        expect(span.kind == Span.SPAN_KIND_CLIENT, "a call to a platform is not a client's span")
        expect(above(span) == ["POST /v1/orders/{id}/payments"], f"above a call to a platform: {above(span)}")
    groups = [texts(span.attributes)["messaging.consumer.group.name"] for span in named("process payTopic")]
    expect(sorted(groups) == ["pay_payTopic_group", "pay_payTopic_log_group", "pay_payTopic_user_group"], f"groups: {groups}")
    for span in named("process payTopic"):
        expect(span.kind == Span.SPAN_KIND_CONSUMER, "a group's span is not a consumer's")
        expect(above(span) == ["send payTopic", "POST /v1/channels/{channel}/notify"], f"above a message's effect: {above(span)}")
    for span in named("send payTopic"):
        expect(span.kind == Span.SPAN_KIND_PRODUCER, "a message's span is not a producer's")


def check_metrics():
    expect(metrics, "no metrics came")
    last = {metric.name: metric for metric in (metrics[-1] if metrics else [])}
    orders = last.get("rocketmall_orders_placed")
    value = orders.sum.data_points[0].as_double if orders and orders.sum.data_points else None
    expect(value == 1.0 and orders.sum.is_monotonic, f"orders placed: {value}")
    for name in ("rocketmall_outbox_pending", "rocketmall_outbox_oldest_age_milliseconds"):
        outbox = last.get(name)
        topics = sorted(texts(point.attributes)["topic"] for point in outbox.gauge.data_points) if outbox else None
        expect(topics == ["order-out", "payTopic"], f"{name} is told of the topics {topics}")
    seconds = last.get("rocketmall_http_request_seconds")
    if seconds is None:
        return expect(False, f"rocketmall_http_request_seconds is missing: {sorted(last)}")
    expect(seconds.unit == "s", f"the unit of seconds is {seconds.unit!r}")
    for point in seconds.histogram.data_points:
        expect(sum(point.bucket_counts) == point.count > 0, "the buckets do not add up to the count")
        expect(len(point.bucket_counts) == len(point.explicit_bounds) + 1, "a bucket has no bound")
        expect(0 < point.start_time_unix_nano < point.time_unix_nano, "a sum without a beginning")


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    folder = tempfile.TemporaryDirectory()
    trusted = pathlib.Path(folder.name) / "authority.pem"
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {
        "ENDPOINT": f"https://localhost:{server.server_port}",
        "HEADERS": f"x-check={TOKEN}",
        "SERVICE_NAME": "checked",
    }
    environment = dict(os.environ) | {f"ROCKETMALL_TELEMETRY__{name}": value for name, value in settings.items()}
    environment |= {"ROCKETMALL_LISTEN": "127.0.0.1:0", "SSL_CERT_FILE": str(trusted)}
    demo = subprocess.run([sys.argv[1], "demo", "--exit"], env=environment, timeout=LIMIT, stdout=subprocess.DEVNULL)
    expect(demo.returncode == 0, f"the demo ended with {demo.returncode}")
    check_spans()
    check_metrics()
    for complaint in complaints:
        print(f"otlp: {complaint}", file=sys.stderr)
    print(f"otlp: {len(spans)} spans in {len({span.trace_id for span in spans})} traces, {len(metrics)} times metrics")
    sys.exit(1 if complaints else 0)


main()
