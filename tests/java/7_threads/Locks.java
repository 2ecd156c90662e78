// SPDX-License-Identifier: Apache-2.0
// ReentrantLock, conditions, read-write locks, StampedLock, Semaphore.
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;

class Locks {
    static int value = -1;
    static int sum;

    public static void main(String[] args) throws Exception {
        ReentrantLock lock = new ReentrantLock();
        Condition full = lock.newCondition();
        Condition empty = lock.newCondition();
        Thread producer = new Thread(() -> {
            for (int i = 0; i < 200; i++) {
                lock.lock();
                try {
                    while (value >= 0) {
                        empty.awaitUninterruptibly();
                    }
                    value = i;
                    full.signal();
                } finally {
                    lock.unlock();
                }
            }
        });
        producer.start();
        for (int i = 0; i < 200; i++) {
            lock.lock();
            while (value < 0) {
                full.await();
            }
            sum += value;
            value = -1;
            empty.signalAll();
            lock.unlock();
        }
        producer.join();
        System.out.println(sum);
        lock.lock();
        lock.lock();
        System.out.println(lock.getHoldCount() + " " + lock.isHeldByCurrentThread() + lock.tryLock());
        lock.unlock();
        lock.unlock();
        lock.unlock();
        try {
            lock.unlock();
        } catch (IllegalMonitorStateException e) {
            System.out.println("not held");
        }
        ReentrantReadWriteLock rw = new ReentrantReadWriteLock();
        rw.readLock().lock();
        System.out.println(rw.getReadLockCount() + " " + rw.writeLock().tryLock());
        rw.readLock().unlock();
        rw.writeLock().lock();
        rw.readLock().lock();
        rw.writeLock().unlock();
        System.out.println(rw.isWriteLocked() + " " + rw.getReadHoldCount());
        StampedLock s = new StampedLock();
        long stamp = s.tryOptimisticRead();
        long write = s.writeLock();
        System.out.println(s.validate(stamp) + " " + s.isWriteLocked());
        s.unlockWrite(write);
        Semaphore p = new Semaphore(2);
        p.acquire();
        System.out.println(p.tryAcquire() + " " + p.tryAcquire() + p.tryAcquire(2,
            TimeUnit.MILLISECONDS) + p.availablePermits());
        p.release(3);
        System.out.println(p.availablePermits());
    }
}
