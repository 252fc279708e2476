//! What listens at the endpoint may be no RocketMQ at all. A call ends in time then, with an error that names the endpoint.

use std::time::{Duration, Instant};

use rocketmq_grpc::{Consumer, ConsumerOptions, Error, Fault, Filter, Options, OutgoingMessage, Producer, Subscription};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LIMIT: Duration = Duration::from_millis(500);

/// What it does with a connection.
#[derive(Clone, Copy, Debug)]
enum Stranger {
    SaysNothing,
    HangsUp,
    Says(&'static [u8]),
}

/// An HTTP/2 server's first frames, SETTINGS and its acknowledgement.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0];
/// The same, and HEADERS on the first stream that end it: `:status: 200`, which is no gRPC.
const NO_GRPC: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88];
/// The same, and a frame that says it is 16 MB long.
const ENDLESS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1];

impl Stranger {
    async fn listen(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(self.meet(client));
            }
        });
        endpoint
    }

    async fn meet(self, mut client: TcpStream) {
        match self {
            Self::HangsUp => return,
            Self::Says(bytes) => {
                if client.write_all(bytes).await.is_err() {
                    return;
                }
            }
            Self::SaysNothing => {}
        }
        // Hears out whatever comes.
        let mut heard = [0; 1024];
        while client.read(&mut heard).await.is_ok_and(|length| length > 0) {}
    }
}

#[tokio::test]
async fn no_stranger_keeps_a_call_waiting_or_breaks_the_client() {
    for stranger in [
        Stranger::SaysNothing,
        Stranger::HangsUp,
        Stranger::Says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        Stranger::Says(&[0xff; 100]),
        Stranger::Says(SETTINGS),
        Stranger::Says(NO_GRPC),
        Stranger::Says(ENDLESS),
    ] {
        let endpoint = stranger.listen().await;
        let options = Options::new([&endpoint]).expect("an endpoint").with_request_timeout(LIMIT);
        let producer = Producer::start(&options, ["topic"]).expect("options");
        let subscription = Subscription::new("topic", Filter::All);
        let consumer = Consumer::start(&options, "group", [subscription], ConsumerOptions::default()).expect("options");

        let started = Instant::now();
        let error = producer.send("topic", &[OutgoingMessage::new("id", "body")]).await.expect_err("no RocketMQ");
        assert!(started.elapsed() < LIMIT * 3, "{stranger:?}: {:?}", started.elapsed());
        assert_eq!(error.fault(), Fault::Passing, "{stranger:?}: {error}");
        assert!(error.to_string().contains(&endpoint), "{stranger:?}: {error}");
        assert!(consumer.ready(LIMIT).await.is_err() && !consumer.health().connected, "{stranger:?}");
        assert!(tokio::time::timeout(LIMIT, consumer.receive()).await.is_err(), "{stranger:?}: nothing comes");

        producer.shutdown().await;
        consumer.shutdown().await;
        assert_eq!(consumer.receive().await, Err(Error::Closed), "{stranger:?}");
    }
}

#[tokio::test]
async fn options_that_cannot_work_are_told_before_anything_is_sent() {
    let options = Options::new(["http://127.0.0.1:1"]).expect("an endpoint");
    let all = || vec![Subscription::new("topic", Filter::All)];
    let how = ConsumerOptions::default();
    for (subscriptions, how) in [
        (Vec::new(), how),
        (all(), ConsumerOptions { batch: 0, ..how }),
        (all(), ConsumerOptions { batch: 33, ..how }),
        (all(), ConsumerOptions { pollers: 0, ..how }),
    ] {
        assert!(matches!(Consumer::start(&options, "group", subscriptions, how), Err(Error::Usage(_))), "{how:?}");
    }
    let odd = options.with_namespace("line\nbreak");
    let error = Producer::start(&odd, ["topic"]).expect_err("no header");
    assert_eq!(error.to_string(), "the namespace can't be sent: use visible ASCII characters only");
}

#[test]
fn a_client_outside_a_runtime_says_so() {
    let options = Options::new(["http://127.0.0.1:1"]).expect("an endpoint");
    let error = Producer::start(&options, ["topic"]).expect_err("no runtime");
    assert_eq!(error.to_string(), "start a client inside a tokio runtime");
}
