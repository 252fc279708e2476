package rocketmall.interop.dubbo;

import com.alibaba.fastjson2.JSON;
import com.zzp.shop.common.exception.CustomerException;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Calls what it reads, a line each: {@code GoodService.findOne [42]}. Says of each in a line what came of it: {@code = JSON}, times in
 * milliseconds; {@code ! CLASS CONSTANT} for a refusal of the shop's; {@code ! CLASS MESSAGE} for anything else.
 */
final class Calls {
    private final Map<String, Object> proxies;

    /** Of proxies by the simple names of their interfaces. */
    Calls(Map<String, Object> proxies) {
        this.proxies = proxies;
    }

    void run(BufferedReader lines) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(answer(line));
        }
    }

    private String answer(String line) {
        String[] words = line.split("[. ]", 3);
        try {
            Object proxy = proxies.get(words[0]);
            Class<?> type = Shop.INTERFACES.stream().filter(each -> each.isInstance(proxy)).findFirst().orElseThrow();
            Method method = Stream.of(type.getMethods()).filter(each -> each.getName().equals(words[1])).findFirst().orElseThrow();
            Object[] arguments = JSON.parseArray(words[2], method.getGenericParameterTypes()).toArray();
            return "= " + JSON.toJSONString(method.invoke(proxy, arguments), "millis");
        } catch (InvocationTargetException thrown) {
            return "! " + text(thrown.getCause());
        } catch (Exception wrong) {
            return "! " + text(wrong);
        }
    }

    private static String text(Throwable thrown) {
        String words = thrown instanceof CustomerException refusal ? refusal.getShopCode().name() : String.valueOf(thrown.getMessage());
        return thrown.getClass().getName() + " " + words.replaceAll("\\s+", " ");
    }
}
