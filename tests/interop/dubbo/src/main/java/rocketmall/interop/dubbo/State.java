package rocketmall.interop.dubbo;

/** An enum with a constant that has a body, whose class is not the enum's own. */
public enum State {
    OPEN,
    SHUT {
        @Override
        public String toString() {
            return "shut for ever";
        }
    }
}
