import com.alibaba.nacos.NacosServerBasicApplication;
import com.alibaba.nacos.NacosServerWebApplication;
import com.alibaba.nacos.core.listener.startup.NacosStartUp;
import com.alibaba.nacos.core.listener.startup.NacosStartUpManager;
import com.alibaba.nacos.sys.env.DeploymentType;
import com.alibaba.nacos.sys.env.EnvUtil;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts Nacos without its console, which would take a port of its own. */
final class NacosServer {
    private NacosServer() {}

    public static void main(String[] arguments) {
        EnvUtil.setDeploymentType(DeploymentType.SERVER);
        // First what all of Nacos stands on, then what answers over HTTP, as its child.
        NacosStartUpManager.start(NacosStartUp.CORE_START_UP_PHASE);
        SpringApplicationBuilder basic = new SpringApplicationBuilder(NacosServerBasicApplication.class);
        ConfigurableApplicationContext core = basic.web(WebApplicationType.NONE).run(arguments);
        NacosStartUpManager.start(NacosStartUp.WEB_START_UP_PHASE);
        new SpringApplicationBuilder(NacosServerWebApplication.class).parent(core).run(arguments);
    }
}
