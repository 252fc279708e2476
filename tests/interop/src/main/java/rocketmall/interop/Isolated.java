package rocketmall.interop;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another version of the classic client beside the one in the class path: the same names, other classes. */
final class Isolated extends URLClassLoader {
    /** The one class of ours that is linked with the other version. */
    private static final String LINKED = "rocketmall.interop.Classic";

    private Isolated(List<URL> urls) {
        super(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** A classic client of the version whose jars are in this folder. */
    static Client classic(Path jars, String name, String group, String address, String prefix) throws Exception {
        List<URL> urls = new ArrayList<>();
        urls.add(Main.class.getProtectionDomain().getCodeSource().getLocation());
        try (var files = Files.list(jars)) {
            files.filter(file -> file.toString().endsWith(".jar")).forEach(file -> urls.add(url(file)));
        }
        // stays open as long as the process: the client's threads load classes until their end
        Isolated loader = new Isolated(urls);
        var make = loader.loadClass(LINKED).getDeclaredConstructor(String.class, String.class, String.class, String.class);
        make.setAccessible(true);
        return (Client) make.newInstance(name, group, address, prefix);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        boolean ours = name.startsWith("rocketmall.interop.") && !name.equals(LINKED);
        return ours ? Main.class.getClassLoader().loadClass(name) : super.findClass(name);
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
