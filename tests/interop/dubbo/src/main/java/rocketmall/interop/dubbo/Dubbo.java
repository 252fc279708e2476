package rocketmall.interop.dubbo;

import java.util.Map;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.apache.dubbo.metadata.MetadataServiceV2;

/** Dubbo, with an address that is a provider ({@code tri://HOST:PORT}), a registry ({@code nacos://HOST:PORT}) or none. */
final class Dubbo {
    private static final String DIRECT = "tri://";
    private static final int MILLISECONDS = 10000;

    private final String address;
    private final DubboBootstrap bootstrap = DubboBootstrap.getInstance();

    Dubbo(String application, String address) {
        this.address = address;
        ApplicationConfig config = new ApplicationConfig(application);
        config.setQosEnable(false);
        boolean registry = !address.isEmpty() && !address.startsWith(DIRECT);
        bootstrap.application(config).registry(new RegistryConfig(registry ? address : RegistryConfig.NO_AVAILABLE));
    }

    <T> ReferenceConfig<T> reference(Class<T> type, String version) {
        ReferenceConfig<T> reference = new ReferenceConfig<>();
        reference.setInterface(type);
        reference.setVersion(version);
        reference.setProtocol("tri");
        reference.setCheck(false);
        reference.setTimeout(MILLISECONDS);
        reference.setRetries(0);
        if (address.startsWith(DIRECT)) {
            reference.setUrl(address + "/" + type.getName());
        }
        String step = System.getProperty("step");
        if (step != null) {
            // FORCE_INTERFACE, APPLICATION_FIRST (what Dubbo does by itself) or FORCE_APPLICATION
            reference.setParameters(Map.of("migration.step", step));
        }
        bootstrap.reference(reference);
        return reference;
    }

    /** What a consumer asks a provider that it found by its application's name; only directly. */
    MetadataServiceV2 metadata() {
        ReferenceConfig<MetadataServiceV2> reference = reference(MetadataServiceV2.class, "2.0.0");
        // generated from protobuf, unlike all others here
        reference.setProxy(CommonConstants.NATIVE_STUB);
        start();
        return reference.get();
    }

    <T> void provide(Class<T> type, T provider, String version) {
        ServiceConfig<T> service = new ServiceConfig<>();
        service.setInterface(type);
        service.setRef(provider);
        service.setVersion(version);
        bootstrap.service(service);
    }

    void listen(int port) {
        bootstrap.protocol(new ProtocolConfig("tri", port));
    }

    void start() {
        bootstrap.start();
    }
}
