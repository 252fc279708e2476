package rocketmall.interop.dubbo;

import com.zzp.shop.provider.api.CouponService;
import com.zzp.shop.provider.api.GoodService;
import com.zzp.shop.provider.api.OrderService;
import com.zzp.shop.provider.api.PayService;
import com.zzp.shop.provider.api.UserService;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.metadata.MetadataInfoV2;
import org.apache.dubbo.metadata.MetadataRequest;
import org.apache.dubbo.metadata.MetadataServiceV2;

/** See {@link #USAGE}. */
final class Main {
    private static final String USAGE = """
            provide PORT [REGISTRY]   the original's interfaces and Values, until stdin ends; says "ready"
            stock PORT                GoodService alone, with a stock; says "ready", then a line for each piece that is asked for
            check ADDRESS             meets the provider of Values at an address, a line for each thing that must hold
            call ADDRESS              calls the original's interfaces as lines on stdin say, a line for each answer
            metadata ADDRESS REVISION prints what a provider says of itself: application, revision, and a line for each service
            ADDRESS: tri://HOST:PORT or a registry, nacos://HOST:PORT. The application's name: -Dapplication=NAME.
            Where a consumer looks in a registry: -Dstep=FORCE_INTERFACE, FORCE_APPLICATION, or APPLICATION_FIRST, which is usual""";

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        boolean well = switch (arguments.length == 0 ? "" : arguments[0]) {
            case "provide" -> provide(Integer.parseInt(arguments[1]), arguments.length > 2 ? arguments[2] : "", lines);
            case "stock" -> stock(Integer.parseInt(arguments[1]), lines);
            case "check" -> check(arguments[1]);
            case "metadata" -> metadata(arguments[1], arguments[2]);
            case "call" -> call(arguments[1], lines);
            default -> {
                System.err.println(USAGE);
                yield false;
            }
        };
        // some of Dubbo's threads would go on
        System.exit(well ? 0 : 1);
    }

    private static String application(String otherwise) {
        return System.getProperty("application", otherwise);
    }

    private static boolean provide(int port, String registry, BufferedReader lines) throws IOException {
        Dubbo dubbo = new Dubbo(application("java-shop"), registry);
        dubbo.listen(port);
        dubbo.provide(Values.class, new ValuesOfJava(), Values.VERSION);
        dubbo.provide(OrderService.class, new Shop.Orders(), Shop.VERSION);
        dubbo.provide(GoodService.class, new Shop.Goods(), Shop.VERSION);
        dubbo.provide(CouponService.class, new Shop.Coupons(), Shop.VERSION);
        dubbo.provide(UserService.class, new Shop.Users(), Shop.VERSION);
        dubbo.provide(PayService.class, new Shop.Payments(), Shop.VERSION);
        return serve(dubbo, lines);
    }

    private static boolean stock(int port, BufferedReader lines) throws IOException {
        Dubbo dubbo = new Dubbo(application("java-goods"), "");
        dubbo.listen(port);
        dubbo.provide(GoodService.class, new Stock(), Shop.VERSION);
        return serve(dubbo, lines);
    }

    private static boolean serve(Dubbo dubbo, BufferedReader lines) throws IOException {
        dubbo.start();
        System.out.println("ready");
        while (lines.readLine() != null) {
            // whoever started us still wants us
        }
        return true;
    }

    private static boolean check(String address) {
        Dubbo dubbo = new Dubbo(application("java-checks"), address);
        ReferenceConfig<Values> values = dubbo.reference(Values.class, Values.VERSION);
        dubbo.start();
        return new Checks(values.get()).run();
    }

    private static boolean metadata(String address, String revision) {
        MetadataServiceV2 service = new Dubbo(application("java-asks"), address).metadata();
        MetadataInfoV2 info = service.getMetadataInfo(MetadataRequest.newBuilder().setRevision(revision).build());
        System.out.println(info.getApp() + " " + info.getVersion());
        // in no order of their own
        new TreeMap<>(info.getServicesMap()).forEach((key, each) -> System.out.println(String.join(" ", key, each.getName(), each.getVersion(),
                each.getProtocol(), each.getPath(), new TreeMap<>(each.getParamsMap()).toString())));
        return true;
    }

    private static boolean call(String address, BufferedReader lines) throws IOException {
        Dubbo dubbo = new Dubbo(application("java-customer"), address);
        Map<String, ReferenceConfig<?>> references = new HashMap<>();
        Shop.INTERFACES.forEach(type -> references.put(type.getSimpleName(), dubbo.reference(type, Shop.VERSION)));
        dubbo.start();
        Map<String, Object> proxies = new HashMap<>();
        references.forEach((name, reference) -> proxies.put(name, reference.get()));
        new Calls(proxies).run(lines);
        return true;
    }
}
