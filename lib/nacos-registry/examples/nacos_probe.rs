//! Whether a Nacos server works: registers an instance, finds it, takes it out again. Tries until a time limit.
#![expect(clippy::print_stdout, reason = "a command line tool talks through stdout")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use nacos_registry::{DEFAULT_GROUP, Error, Instance, Login, Nacos, Options, Patience};

const USAGE: &str =
    "nacos_probe --server HOST:PORT [--user USER, with the password in NACOS_PASSWORD] [--cache FOLDER] [--timeout SECONDS]";
const SERVICE: &str = "nacos-registry-example";
const PAUSE: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| arguments.iter().position(|word| word == name).and_then(|at| arguments.get(at + 1)).cloned();
    let Some(server) = value("--server") else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let limit = Duration::from_secs(value("--timeout").and_then(|seconds| seconds.parse().ok()).unwrap_or(10));
    let options = Options::new(&server).map(|mut options| {
        if let Some(user) = value("--user") {
            options = options.with_login(Login::new(user, std::env::var("NACOS_PASSWORD").unwrap_or_default()));
        }
        if let Some(folder) = value("--cache") {
            options = options.with_cache_folder(folder);
        }
        options.with_application("nacos_probe").with_patience(Patience { settled: Duration::ZERO, after_outage: Duration::ZERO })
    });
    let started = Instant::now();
    loop {
        let outcome = match options.clone() {
            Ok(options) => pass(options).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => {
                println!("an instance was registered and found after {:.1} s", started.elapsed().as_secs_f64());
                return ExitCode::SUCCESS;
            }
            // a server that has just started may not know its users yet
            Err(error) if matches!(error, Error::Usage(_)) || started.elapsed() > limit => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn pass(options: Options) -> Result<(), Error> {
    let nacos = Nacos::connect(options).await?;
    let instance = Instance::new("127.0.0.1", 9).with_metadata([("probe", std::process::id().to_string())]);
    let place = nacos.register(SERVICE, DEFAULT_GROUP, instance.clone()).await?;
    let mut shown = nacos.watch(SERVICE, DEFAULT_GROUP).await?;
    let found = shown.wait_for(|list| list.iter().any(|listed| listed.metadata == instance.metadata));
    let found = tokio::time::timeout(Duration::from_secs(5), found).await.is_ok();
    place.deregister().await?;
    if found { Ok(()) } else { Err(Error::Usage("what was registered is not listed".to_owned())) }
}
