//! The protocol's messages, made by `build.rs` out of `proto/`, and the names in its headers.

pub(crate) use metadata::{MetadataInfoV2, MetadataRequest, ServiceInfoV2};
pub(crate) use triple::{TripleRequestWrapper, TripleResponseWrapper};

#[expect(unreachable_pub, reason = "generated")]
mod triple {
    tonic::include_proto!("org.apache.dubbo.triple");
}

#[expect(unreachable_pub, reason = "generated")]
mod metadata {
    tonic::include_proto!("org.apache.dubbo.metadata");
}

/// How the protocol calls hessian2.
pub(crate) const HESSIAN: &str = "hessian4";
/// How some call it.
pub(crate) const HESSIAN_TOO: &str = "hessian2";

/// The class that Java names where what it gives back is thrown.
pub(crate) const EXCEPTION: &str = "java.lang.Exception";

pub(crate) const VERSION: &str = "tri-service-version";
pub(crate) const GROUP: &str = "tri-service-group";
pub(crate) const CONSUMER: &str = "tri-consumer-appname";
pub(crate) const EXCEPTION_CODE: &str = "tri-exception-code";
/// Said of an exception that the method itself threw.
pub(crate) const THROWN: &str = "3";
pub(crate) const TIMEOUT: &str = "grpc-timeout";

pub(crate) const METADATA_SERVICE: &str = "org.apache.dubbo.metadata.MetadataServiceV2";
pub(crate) const METADATA_METHOD: &str = "GetMetadataInfo";

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;

    #[test]
    fn fields_have_the_numbers_of_the_protocol() {
        let request = TripleRequestWrapper { serialize_type: "h".to_owned(), args: vec![vec![1].into()], arg_types: vec!["t".to_owned()] };
        assert_eq!(request.encode_to_vec(), [0x0a, 1, b'h', 0x12, 1, 1, 0x1a, 1, b't']);
        let response = TripleResponseWrapper { serialize_type: "h".to_owned(), data: vec![1].into(), r#type: "t".to_owned() };
        assert_eq!(response.encode_to_vec(), [0x0a, 1, b'h', 0x12, 1, 1, 0x1a, 1, b't']);
        let info = ServiceInfoV2 { port: 1, path: "p".to_owned(), ..ServiceInfoV2::default() };
        assert_eq!(info.encode_to_vec(), [0x28, 1, 0x32, 1, b'p']);
    }
}
