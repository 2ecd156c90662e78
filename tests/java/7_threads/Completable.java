// SPDX-License-Identifier: Apache-2.0
// CompletableFuture: chains, combinations, failures.
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

class Completable {
    public static void main(String[] args) throws Exception {
        CompletableFuture<Integer> a = CompletableFuture.supplyAsync(() -> 20);
        CompletableFuture<Integer> b = CompletableFuture.supplyAsync(() -> 22);
        System.out.println(a.thenCombine(b, Integer::sum).thenApply(x -> "sum " + x).get());
        System.out.println(a.thenCompose(x -> CompletableFuture.supplyAsync(() -> x * 2)).join());
        CompletableFuture<Integer> bad = CompletableFuture.supplyAsync(() -> {
            throw new IllegalArgumentException("bad");
        });
        System.out.println(bad.exceptionally(e -> -1).join());
        System.out.println(bad.handle((v, e) -> e.getClass().getSimpleName() + e.getCause()).join());
        try {
            bad.thenApply(x -> x + 1).join();
        } catch (CompletionException e) {
            System.out.println(e.getMessage());
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(a, b);
        all.get(20, TimeUnit.SECONDS);
        System.out.println(all.isDone() + " " + bad.isCompletedExceptionally());
        CompletableFuture<String> manual = new CompletableFuture<>();
        CompletableFuture<Integer> length = manual.thenApply(String::length);
        System.out.println(length.isDone() + " " + manual.complete("done") + manual.complete("again")
            + length.join() + manual.getNow("no"));
        System.out.println(new CompletableFuture<String>().completeOnTimeout("late", 5,
            TimeUnit.MILLISECONDS).join());
        System.out.println(CompletableFuture.anyOf(CompletableFuture.completedFuture("any")).join());
        StringBuilder log = new StringBuilder();
        CompletableFuture.completedFuture(1).whenComplete((v, e) -> log.append(v).append(e))
            .thenAccept(log::append).thenRun(() -> log.append("run")).join();
        System.out.println(log);
    }
}
