package rocketmall.interop.dubbo;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** A part of a structure that may lead back to itself. */
public class Node implements Serializable {
    private static final long serialVersionUID = 1L;

    String name;
    Node next;
    ArrayList<Node> others;
    BigDecimal price;
    BigDecimal paid;

    /** Two that lead to each other, and a list of both. */
    static Node ring() {
        Node first = new Node();
        Node second = new Node();
        first.name = "first";
        second.name = "second";
        first.next = second;
        second.next = first;
        second.others = new ArrayList<>(List.of(first, second));
        return first;
    }

    /** One with the very same number twice. */
    static Node shared() {
        Node node = new Node();
        node.name = "shared";
        node.price = new BigDecimal("19.90");
        node.paid = node.price;
        return node;
    }

    /** Whether it is {@link #ring()}. */
    boolean isRing() {
        return "first".equals(name)
                && next != null
                && "second".equals(next.name)
                && next.next == this
                && next.others.size() == 2
                && next.others.get(0) == this
                && next.others.get(1) == next;
    }

    /** Whether it is {@link #shared()}. */
    boolean isShared() {
        return "shared".equals(name) && new BigDecimal("19.90").equals(price) && price == paid && next == null;
    }
}
